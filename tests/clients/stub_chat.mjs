// OpenAI chat completions, as OpenCode streams them.

import { id, json } from './stub_http.mjs';
import { fileOf, textOf } from './stub_script.mjs';
import { TurnStream } from './stub_stream.mjs';

export const chatTools = {
  RUN: (rest) => ['bash', { command: rest, description: 'run by the stub' }],
  READ: (rest) => ['read', { filePath: rest.trim() }],
  WRITE: (rest) => {
    const [path, ...words] = rest.split(' ');
    return ['write', { filePath: path, content: words.join(' ') }];
  },
  TODO: (rest) => [
    'todowrite',
    {
      todos: rest.split(';').map((text, index) => ({
        content: text.trim(), status: index ? 'pending' : 'in_progress',
        priority: 'medium',
      })),
    },
  ],
};

function asMessage({ role, content, tool_calls = [] }) {
  if (role === 'tool') {
    return { role: 'user', content: [{ type: 'tool_result', content: textOf(content) }] };
  }
  const calls = tool_calls.map((c) => ({ type: 'tool_use', name: c.function.name }));
  const parts = Array.isArray(content) ? content : [];
  const files = parts.map((part) => fileOf(part.image_url?.url)).filter(Boolean);
  return { role, content: [{ type: 'text', text: textOf(content) }, ...files, ...calls] };
}

// {messages, tools} as nextTurn takes them.
export const chatConversation = ({ messages, tools = [] }) => ({
  messages: messages
    .filter(({ role }) => ['user', 'assistant', 'tool'].includes(role))
    .map(asMessage),
  tools: tools.map((tool) => tool.function),
});

class Stream extends TurnStream {
  calls = 0;
  reason = 'stop';

  constructor(response, { model }) {
    super(response);
    this.head = {
      id: id('chatcmpl'), object: 'chat.completion.chunk', created: 1, model,
    };
  }

  choose(delta, finish_reason = null) {
    this.event('', { ...this.head, choices: [{ index: 0, delta, finish_reason }] });
  }

  delta(content) {
    this.choose({ role: 'assistant', content });
  }

  thinking(reasoning_content) {
    this.choose({ role: 'assistant', reasoning_content });
  }

  tool(name, input) {
    const call = {
      index: this.calls++, id: id('call'), type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    };
    this.choose({ role: 'assistant', tool_calls: [call] });
    this.reason = 'tool_calls';
  }

  stop(reason) {
    this.reason = { max_tokens: 'length', refusal: 'content_filter' }[reason];
  }

  end() {
    this.choose({}, this.reason);
    const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
    this.event('', { ...this.head, choices: [], usage });
    this.response.write('data: [DONE]\n\n');
  }
}

export const chat = {
  path: /^\/v1\/chat\/completions$/,
  tools: chatTools,
  conversation: chatConversation,
  session: () => '',
  refuse(response, { status, reset }) {
    const error = { message: `stub answers ${status}`, type: 'stub_error' };
    json(response, status, { error }, reset ? { 'retry-after': String(reset) } : {});
  },
  answer: (response, ask, steps) => new Stream(response, ask).play(steps),
};
