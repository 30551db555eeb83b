// The OpenAI Responses API as Codex speaks it: its conversation read as the stub's
// script reads one, and the steps of a turn as server-sent events.

import { id, json } from './stub_http.mjs';
import { fileOf, isOwnWord } from './stub_script.mjs';
import { TurnStream } from './stub_stream.mjs';

// The patch that writes a file of one line, in the words of Codex's freeform tool.
const patch = (path, text) =>
  `*** Begin Patch\n*** Add File: ${path}\n+${text}\n*** End Patch\n`;

const shell = (cmd, more = {}) => ['exec_command', { cmd, ...more }];

export const codexTools = {
  RUN: (rest) => shell(rest),
  BGRUN: (rest) => shell(rest, { yield_time_ms: 250 }),
  READ: (rest) => shell(`cat ${rest.trim()}`),
  WRITE: (rest) => {
    const [path, ...words] = rest.split(' ');
    return ['apply_patch', patch(path, words.join(' '))];
  },
};

const textIn = (content) =>
  typeof content === 'string'
    ? content
    : (content ?? []).map((part) => part.text ?? '').join('\n');

// What a tool of an MCP server answered, without what Codex says of it.
const answered = (text) => text.replace(/^Wall time: .*\nOutput:\n/, '');

function asBlock(item) {
  if (item.type === 'message') return { type: 'text', text: textIn(item.content) };
  if (item.type.endsWith('_output')) {
    return { type: 'tool_result', content: answered(textIn(item.output)) };
  }
  return item.type.endsWith('_call') ? { type: 'tool_use', name: item.name } : null;
}

const filesIn = ({ type, content }) =>
  type === 'message' && Array.isArray(content)
    ? content.map((part) => fileOf(part.image_url)).filter(Boolean)
    : [];

const roleOf = (item) =>
  item.type.endsWith('_output') ? 'user' : (item.role ?? 'assistant');

// {messages, tools} as nextTurn takes them. Items of the model that follow one another
// are one answer of it.
export function asConversation({ input, tools = [] }) {
  const messages = [];
  for (const item of input) {
    const block = asBlock(item);
    const role = roleOf(item);
    if (!block || !['user', 'assistant'].includes(role)) continue;
    if (role === 'user' && block.type === 'text' && isOwnWord(block.text)) continue;
    const last = messages.at(-1);
    if (role === 'assistant' && last?.role === role) last.content.push(block);
    else messages.push({ role, content: [block, ...filesIn(item)] });
  }
  return { messages, tools: tools.flatMap(flat) };
}

const flat = (tool) =>
  tool.type === 'namespace'
    ? tool.tools.map((each) => ({ ...each, namespace: tool.name }))
    : [tool];

const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 110,
};

class Stream extends TurnStream {
  index = 0;

  constructor(response, ask) {
    super(response);
    this.offered = asConversation(ask).tools;
    this.body = { id: id('resp'), object: 'response', model: ask.model, output: [] };
    this.send('response.created', { response: this.body });
  }

  send(type, data) {
    this.event(type, { type, ...data });
  }

  open(item) {
    this.send('response.output_item.added', { output_index: this.index, item });
  }

  shut(item) {
    this.body.output.push(item);
    this.send('response.output_item.done', { output_index: this.index++, item });
  }

  begin() {
    this.item = { type: 'message', id: id('msg'), role: 'assistant', content: [] };
    this.open(this.item);
  }

  delta(delta) {
    this.send('response.output_text.delta', {
      item_id: this.item.id, output_index: this.index, content_index: 0, delta,
    });
  }

  finish(text) {
    const content = [{ type: 'output_text', text, annotations: [] }];
    this.shut({ ...this.item, content });
  }

  thinking(text) {
    const summary = [{ type: 'summary_text', text }];
    const item = { type: 'reasoning', id: id('rs'), summary: [] };
    this.open(item);
    this.send('response.reasoning_summary_text.delta', {
      item_id: item.id, output_index: this.index, summary_index: 0, delta: text,
    });
    this.shut({ ...item, summary, encrypted_content: 'c3R1Yg==' });
  }

  tool(name, input) {
    const call_id = id('call');
    if (typeof input === 'string') {
      return this.shut({
        type: 'custom_tool_call', id: id('ctc'), call_id, name, input,
        status: 'completed',
      });
    }
    const { namespace } = this.offered.find((t) => t.name === name) ?? {};
    this.shut({
      type: 'function_call', id: id('fc'), call_id, name,
      ...(namespace ? { namespace } : {}), arguments: JSON.stringify(input),
      status: 'completed',
    });
  }

  stop(reason) {
    this.reason = { max_tokens: 'max_output_tokens', refusal: 'content_filter' }[reason];
  }

  end() {
    const status = this.reason ? 'incomplete' : 'completed';
    const done = { ...this.body, usage, status };
    if (this.reason) done.incomplete_details = { reason: this.reason };
    this.send(`response.${status}`, { response: done });
  }
}

// A refusal; with a time to reset, the usage limit of a plan.
function refuse(response, { status, reset }) {
  const message = `stub answers ${status}`;
  if (!reset) return json(response, status, { error: { message, type: 'stub_error' } });
  const resets_at = Math.floor(Date.now() / 1000) + Number(reset);
  const error = { type: 'usage_limit_reached', message, plan_type: 'plus', resets_at };
  json(response, status, { error }, {
    'x-codex-primary-used-percent': '100',
    'x-codex-primary-window-minutes': '300',
    'x-codex-primary-reset-at': String(resets_at),
  });
}

export const responses = {
  path: /^\/v1\/responses$/,
  tools: codexTools,
  conversation: asConversation,
  session: (ask) => ask.prompt_cache_key,
  refuse,
  answer: (response, ask, steps) => new Stream(response, ask).play(steps),
};
