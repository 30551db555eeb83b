#!/usr/bin/env node
// A stand-in on 127.0.0.1 for the Anthropic Messages API: POST /v1/messages (streamed
// and plain), POST /v1/messages/count_tokens, GET /v1/models; for OpenAI's Responses and
// chat completions: POST /v1/responses, /v1/chat/completions (streamed); and for Gemini:
// POST /v1beta/models/…:streamGenerateContent, :generateContent. What it answers is
// scripted by the prompt itself; see stub_script.mjs.
//
//   SAY text          RUN cmd           SLOW seconds
//   THINK text        BGRUN cmd         DRIP n          n deltas at 10/s
//   BIG kilobytes     READ path         FAIL status [times [seconds until reset]]
//   WRITE path text   TOOL name json    HANG, HANGMID   say nothing, or half of it
//   TODO a; b         PTOOL name json   CUT             drop the stream
//   HIST   the directives so far        MAXTOK          stop at the limit
//   TOOLS  the tools offered            REFUSE          stop by refusal
//   SEES   the files that came with what was said
//
// As a program: node stub_llm.mjs [port]; prints LISTENING <port>.

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { chat } from './stub_chat.mjs';
import { gemini } from './stub_gemini.mjs';
import { json } from './stub_http.mjs';
import { messages } from './stub_messages.mjs';
import { responses } from './stub_responses.mjs';
import { nextTurn } from './stub_script.mjs';

const services = [messages, responses, chat, gemini];

const estimate = (text) => Math.ceil(text.length / 4);

// What is asked beside the path of the conversation, and answered without a script.
const asides = {
  '/v1/models': () => ({ data: [], has_more: false }),
  '/v1/messages/count_tokens': (body) => ({ input_tokens: estimate(body) }),
};

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

class Stub {
  failures = new Map();
  streaming = 0;
  refused = 0;
  unanswered = 0;

  // How many of this step's failures are still owed to this point of the script.
  owed(session, key, step) {
    const name = `${session} ${key}`;
    const had = this.failures.get(name) ?? 0;
    this.failures.set(name, had + 1);
    return had < step.times;
  }

  async serve(request, response) {
    const path = new URL(request.url, 'http://stub').pathname;
    const body = await bodyOf(request);
    if (asides[path]) return json(response, 200, asides[path](body));
    const service = services.find((s) => s.path.test(path));
    if (!service) return messages.refuse(response, { status: 404 });
    const ask = JSON.parse(body);
    const { key, steps } = nextTurn(service.conversation(ask), service.tools);
    const session = service.session(ask, request);
    for (const step of steps) {
      if (step.do === 'fail' && this.owed(session, key, step)) {
        this.refused++;
        return service.refuse(response, step);
      }
    }
    if (steps.some((s) => s.do === 'hang' && !s.after)) {
      this.unanswered++;
      return;
    }
    const drips = steps.some((s) => s.do === 'drip');
    this.streaming += drips;
    await service.answer(response, ask, steps, request);
    this.streaming -= drips;
  }
}

// Answers {port, url, close}, how many answers drip now, and how many requests were
// refused and left without any answer.
export async function startStub(port = 0) {
  const stub = new Stub();
  const server = createServer((request, response) => {
    stub.serve(request, response).catch((error) => {
      if (!response.headersSent) messages.refuse(response, { status: 400 });
      else response.destroy(error);
    });
  });
  server.requestTimeout = 0;
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  const bound = server.address().port;
  const streaming = () => stub.streaming;
  const refused = () => stub.refused;
  const unanswered = () => stub.unanswered;
  const url = `http://127.0.0.1:${bound}`;
  return { port: bound, url, streaming, refused, unanswered, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await startStub(Number(process.argv[2] ?? 0));
  console.log(`LISTENING ${port}`);
}
