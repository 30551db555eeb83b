// The Gemini API as Gemini CLI speaks it: contents streamed, and whole.

import { json } from './stub_http.mjs';
import { isOwnWord } from './stub_script.mjs';
import { TurnStream } from './stub_stream.mjs';

export const geminiTools = {
  RUN: (rest) => ['run_shell_command', { command: rest, description: 'by the stub' }],
  READ: (rest) => ['read_file', { file_path: rest.trim() }],
  WRITE: (rest) => {
    const [path, ...words] = rest.split(' ');
    return ['write_file', { file_path: path, content: words.join(' ') }];
  },
  TODO: (rest) => [
    'write_todos',
    {
      todos: rest.split(';').map((text, index) => ({
        description: text.trim(), status: index ? 'pending' : 'in_progress',
      })),
    },
  ],
};

function asBlock({ text, thought, functionCall, functionResponse, inlineData }) {
  if (inlineData) {
    const { mimeType: media_type, data } = inlineData;
    return { type: 'image', source: { media_type, data } };
  }
  if (functionCall) return { type: 'tool_use', name: functionCall.name };
  if (functionResponse) {
    const { output, error } = functionResponse.response ?? {};
    const content = output ?? error ?? JSON.stringify(functionResponse.response);
    return { type: 'tool_result', content };
  }
  if (thought || text === undefined || isOwnWord(text)) return null;
  return { type: 'text', text };
}

// {messages, tools} as nextTurn takes them.
export const geminiConversation = ({ contents, tools = [] }) => ({
  messages: contents
    .map(({ role, parts }) => ({
      role: role === 'model' ? 'assistant' : 'user',
      content: parts.map(asBlock).filter(Boolean),
    }))
    .filter(({ content }) => content.length > 0),
  tools: tools.flatMap((tool) => tool.functionDeclarations ?? []),
});

const usageMetadata = {
  promptTokenCount: 100, candidatesTokenCount: 10, totalTokenCount: 110,
};

const answerOf = (parts, finishReason) => ({
  candidates: [{
    index: 0, content: { role: 'model', parts }, ...(finishReason ? { finishReason } : {}),
  }],
  usageMetadata,
});

class Stream extends TurnStream {
  reason = 'STOP';

  part(part) {
    this.event('', answerOf([part]));
  }

  delta(text) {
    this.part({ text });
  }

  thinking(text) {
    this.part({ text, thought: true });
  }

  tool(name, args) {
    this.part({ functionCall: { name, args } });
  }

  stop(reason) {
    this.reason = { max_tokens: 'MAX_TOKENS', refusal: 'SAFETY' }[reason];
  }

  end() {
    this.event('', answerOf([{ text: '' }], this.reason));
  }
}

const statuses = {
  400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED', 429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL', 503: 'UNAVAILABLE',
};

export const gemini = {
  path: /^\/v1beta\/models\/[^:]+:(stream)?[gG]enerateContent$/,
  tools: geminiTools,
  conversation: geminiConversation,
  session: () => '',
  refuse(response, { status }) {
    const message = `stub answers ${status}`;
    const error = { code: status, message, status: statuses[status] ?? 'UNKNOWN' };
    json(response, status, { error });
  },
  answer(response, ask, steps, request) {
    if (request.url.includes(':stream')) return new Stream(response).play(steps);
    const text = steps.map((step) => step.text ?? '').join('');
    json(response, 200, answerOf([{ text }], 'STOP'));
  },
};
