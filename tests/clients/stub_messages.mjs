// The Anthropic Messages API as Claude Code speaks it, streamed and plain.

import { id, json } from './stub_http.mjs';
import { claudeTools } from './stub_script.mjs';
import { TurnStream } from './stub_stream.mjs';

const errorTypes = {
  400: 'invalid_request_error', 401: 'authentication_error', 403: 'permission_error',
  404: 'not_found_error', 413: 'request_too_large', 429: 'rate_limit_error',
  500: 'api_error', 529: 'overloaded_error',
};

class Stream extends TurnStream {
  index = 0;
  reason = 'end_turn';

  constructor(response, { model }) {
    super(response, { 'request-id': id('req') });
    this.send('message_start', {
      message: {
        id: id('msg'), type: 'message', role: 'assistant', model, content: [],
        stop_reason: null, stop_sequence: null,
        usage: { input_tokens: 100, output_tokens: 1 },
      },
    });
  }

  send(type, data) {
    this.event(type, { type, ...data });
  }

  open(content_block) {
    this.send('content_block_start', { index: this.index, content_block });
  }

  more(delta) {
    this.send('content_block_delta', { index: this.index, delta });
  }

  shut() {
    this.send('content_block_stop', { index: this.index++ });
  }

  begin() {
    this.open({ type: 'text', text: '' });
  }

  delta(text) {
    this.more({ type: 'text_delta', text });
  }

  finish() {
    this.shut();
  }

  thinking(thinking) {
    this.open({ type: 'thinking', thinking: '', signature: '' });
    this.more({ type: 'thinking_delta', thinking });
    this.more({ type: 'signature_delta', signature: 'c3R1Yg==' });
    this.shut();
  }

  tool(name, input) {
    this.open({ type: 'tool_use', id: id('toolu'), name, input: {} });
    this.more({ type: 'input_json_delta', partial_json: JSON.stringify(input) });
    this.shut();
    this.reason = 'tool_use';
  }

  stop(reason) {
    if (reason === 'max_tokens') this.text('cut at the limit');
    this.reason = reason;
  }

  end() {
    this.send('message_delta', {
      delta: { stop_reason: this.reason, stop_sequence: null },
      usage: { output_tokens: 10 },
    });
    this.send('message_stop', {});
  }
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

export const messages = {
  path: /^\/v1\/messages$/,
  tools: claudeTools,
  conversation: (ask) => ask,
  session: (ask, request) => request.headers['x-claude-code-session-id'] ?? '',
  refuse(response, { status, reset }) {
    const error = {
      type: errorTypes[status] ?? 'api_error', message: `stub answers ${status}`,
    };
    const headers = reset ? usageLimit(Number(reset)) : {};
    json(response, status, { type: 'error', error }, headers);
  },
  answer(response, ask, steps) {
    if (!ask.stream) return plainTurn(response, ask.model, steps);
    return new Stream(response, ask).play(steps);
  },
};
