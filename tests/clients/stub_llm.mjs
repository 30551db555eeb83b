#!/usr/bin/env node
// A stand-in on 127.0.0.1 for the Anthropic Messages API: POST /v1/messages (streamed
// and plain), POST /v1/messages/count_tokens, GET /v1/models; and for the OpenAI
// Responses API: POST /v1/responses (streamed; stub_responses.mjs). What it answers is
// scripted by the prompt itself; see stub_script.mjs.
//
//   SAY text          RUN cmd           SLOW seconds
//   THINK text        BGRUN cmd         DRIP n          n deltas at 10/s
//   BIG kilobytes     READ path         FAIL status [times [seconds until reset]]
//   WRITE path text   TOOL name json    HANG, HANGMID   say nothing, or half of it
//   TODO a; b         PTOOL name json   CUT             drop the stream
//   HIST   the directives so far        MAXTOK          stop at the limit
//   TOOLS  the tools offered            REFUSE          stop by refusal
//
// As a program: node stub_llm.mjs [port]; prints LISTENING <port>.

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { id, json, pause } from './stub_http.mjs';
import {
  answerResponses, asConversation, codexTools, refuseResponses,
} from './stub_responses.mjs';
import { nextTurn } from './stub_script.mjs';

const errorTypes = {
  400: 'invalid_request_error', 401: 'authentication_error', 403: 'permission_error',
  404: 'not_found_error', 413: 'request_too_large', 429: 'rate_limit_error',
  500: 'api_error', 529: 'overloaded_error',
};

const estimate = (text) => Math.ceil(text.length / 4);

class Stream {
  constructor(response, model) {
    this.response = response;
    this.index = 0;
    response.writeHead(200, {
      'content-type': 'text/event-stream', 'request-id': id('req'),
    });
    this.event('message_start', {
      message: {
        id: id('msg'), type: 'message', role: 'assistant', model, content: [],
        stop_reason: null, stop_sequence: null,
        usage: { input_tokens: 100, output_tokens: 1 },
      },
    });
  }

  event(type, data) {
    const body = JSON.stringify({ type, ...data });
    this.response.write(`event: ${type}\ndata: ${body}\n\n`);
  }

  open(content_block) {
    this.event('content_block_start', { index: this.index, content_block });
  }

  delta(delta) {
    this.event('content_block_delta', { index: this.index, delta });
  }

  shut() {
    this.event('content_block_stop', { index: this.index++ });
  }

  text(text) {
    this.open({ type: 'text', text: '' });
    for (let at = 0; at < text.length; at += 4096) {
      this.delta({ type: 'text_delta', text: text.slice(at, at + 4096) });
    }
    this.shut();
  }

  thinking(thinking) {
    this.open({ type: 'thinking', thinking: '', signature: '' });
    this.delta({ type: 'thinking_delta', thinking });
    this.delta({ type: 'signature_delta', signature: 'c3R1Yg==' });
    this.shut();
  }

  tool(name, input) {
    this.open({ type: 'tool_use', id: id('toolu'), name, input: {} });
    this.delta({ type: 'input_json_delta', partial_json: JSON.stringify(input) });
    this.shut();
  }

  async drip(count) {
    this.open({ type: 'text', text: '' });
    for (let n = 1; n <= count; n++) {
      this.delta({ type: 'text_delta', text: `drop ${n} ` });
      if (!(await pause(0.1, this.response))) return false;
    }
    this.shut();
    return true;
  }

  end(stop_reason) {
    this.event('message_delta', {
      delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 10 },
    });
    this.event('message_stop', {});
    this.response.end();
  }
}

async function streamTurn(response, model, steps) {
  const stream = new Stream(response, model);
  let reason = 'end_turn';
  for (const step of steps) {
    switch (step.do) {
      case 'text': stream.text(step.text); break;
      case 'thinking': stream.thinking(step.text); break;
      case 'tool': stream.tool(step.name, step.input); reason = 'tool_use'; break;
      case 'wait': if (!(await pause(step.seconds, response))) return; break;
      case 'drip': if (!(await stream.drip(step.count))) return; break;
      case 'stop':
        if (step.reason === 'max_tokens') stream.text('cut at the limit');
        reason = step.reason;
        break;
      case 'cut': stream.text('and then'); response.destroy(); return;
      case 'hang':
        stream.open({ type: 'text', text: '' });
        stream.delta({ type: 'text_delta', text: step.after });
        return;
    }
  }
  stream.end(reason);
}

function plainTurn(response, model, steps) {
  const content = steps.flatMap((step) => {
    if (step.do === 'text') return [{ type: 'text', text: step.text }];
    if (step.do !== 'tool') return [];
    return [{ type: 'tool_use', id: id('toolu'), name: step.name, input: step.input }];
  });
  const calls = content.some((b) => b.type === 'tool_use');
  const stop_reason = calls ? 'tool_use' : 'end_turn';
  json(response, 200, {
    id: id('msg'), type: 'message', role: 'assistant', model, content, stop_reason,
    stop_sequence: null, usage: { input_tokens: 100, output_tokens: 10 },
  });
}

function refuse(response, status, reset) {
  const error = {
    type: errorTypes[status] ?? 'api_error', message: `stub answers ${status}`,
  };
  const headers = reset ? usageLimit(Number(reset)) : {};
  json(response, status, { type: 'error', error }, headers);
}

// The headers of a plan whose usage limit is reached and ends in so many seconds.
function usageLimit(seconds) {
  const end = Math.floor(Date.now() / 1000) + seconds;
  const unified = 'anthropic-ratelimit-unified';
  return {
    [`${unified}-status`]: 'rejected',
    [`${unified}-reset`]: String(end),
    [`${unified}-representative-claim`]: 'five_hour',
    [`${unified}-5h-status`]: 'rejected',
    [`${unified}-5h-reset`]: String(end),
    'retry-after': String(seconds),
  };
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

class Stub {
  failures = new Map();

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
    if (path === '/v1/models') {
      return json(response, 200, { data: [], has_more: false });
    }
    if (path === '/v1/messages/count_tokens') {
      return json(response, 200, { input_tokens: estimate(body) });
    }
    if (path === '/v1/responses') return this.responses(JSON.parse(body), response);
    if (path !== '/v1/messages') return refuse(response, 404);
    await this.message(JSON.parse(body), request, response);
  }

  async message(ask, request, response) {
    const session = request.headers['x-claude-code-session-id'] ?? '';
    const { key, steps } = nextTurn(ask);
    for (const step of steps) {
      if (step.do === 'fail' && this.owed(session, key, step)) {
        return refuse(response, step.status, step.reset);
      }
    }
    if (steps.some((s) => s.do === 'hang' && !s.after)) return;
    if (ask.stream) return streamTurn(response, ask.model, steps);
    plainTurn(response, ask.model, steps);
  }

  async responses(ask, response) {
    const { key, steps } = nextTurn(asConversation(ask), codexTools);
    for (const step of steps) {
      if (step.do === 'fail' && this.owed(ask.prompt_cache_key, key, step)) {
        return refuseResponses(response, step);
      }
    }
    if (steps.some((s) => s.do === 'hang' && !s.after)) return;
    await answerResponses(response, ask, steps);
  }
}

// Answers {port, url, close}.
export async function startStub(port = 0) {
  const stub = new Stub();
  const server = createServer((request, response) => {
    stub.serve(request, response).catch((error) => {
      if (!response.headersSent) refuse(response, 400);
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
  return { port: bound, url: `http://127.0.0.1:${bound}`, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await startStub(Number(process.argv[2] ?? 0));
  console.log(`LISTENING ${port}`);
}
