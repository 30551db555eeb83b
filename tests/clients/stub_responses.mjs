// The OpenAI Responses API as Codex speaks it: its conversation read as the stub's
// script reads one, and the steps of a turn as server-sent events.

import { id, json, pause } from './stub_http.mjs';

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

// What Codex itself says in the user's place: <environment_context> and the like.
const isOwnWord = (text) => /^(<[a-z_ ]+>|# AGENTS\.md)/.test(text.trim());

function asBlock(item) {
  if (item.type === 'message') return { type: 'text', text: textIn(item.content) };
  if (item.type.endsWith('_output')) {
    return { type: 'tool_result', content: textIn(item.output) };
  }
  return item.type.endsWith('_call') ? { type: 'tool_use', name: item.name } : null;
}

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
    else messages.push({ role, content: [block] });
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

class Stream {
  constructor(response, ask) {
    this.response = response;
    this.index = 0;
    this.offered = asConversation(ask).tools;
    this.body = { id: id('resp'), object: 'response', model: ask.model, output: [] };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.event('response.created', { response: this.body });
  }

  event(type, data) {
    const body = JSON.stringify({ type, ...data });
    this.response.write(`event: ${type}\ndata: ${body}\n\n`);
  }

  open(item) {
    this.event('response.output_item.added', { output_index: this.index, item });
  }

  shut(item) {
    this.body.output.push(item);
    this.event('response.output_item.done', { output_index: this.index++, item });
  }

  begin() {
    const item = { type: 'message', id: id('msg'), role: 'assistant', content: [] };
    this.open(item);
    return item;
  }

  delta(item, delta) {
    this.event('response.output_text.delta', {
      item_id: item.id, output_index: this.index, content_index: 0, delta,
    });
  }

  say(item, text) {
    this.shut({ ...item, content: [{ type: 'output_text', text, annotations: [] }] });
  }

  text(text) {
    const item = this.begin();
    for (let at = 0; at < text.length; at += 4096) {
      this.delta(item, text.slice(at, at + 4096));
    }
    this.say(item, text);
  }

  thinking(text) {
    const summary = [{ type: 'summary_text', text }];
    const item = { type: 'reasoning', id: id('rs'), summary: [] };
    this.open(item);
    this.event('response.reasoning_summary_text.delta', {
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

  async drip(count) {
    const item = this.begin();
    let text = '';
    for (let n = 1; n <= count; n++) {
      text += `drop ${n} `;
      this.delta(item, `drop ${n} `);
      if (!(await pause(0.1, this.response))) return false;
    }
    this.say(item, text);
    return true;
  }

  end(reason) {
    const done = { ...this.body, usage, status: reason ? 'incomplete' : 'completed' };
    if (reason) done.incomplete_details = { reason };
    this.event(`response.${done.status}`, { response: done });
    this.response.end();
  }
}

const incomplete = { max_tokens: 'max_output_tokens', refusal: 'content_filter' };

export async function answerResponses(response, ask, steps) {
  const stream = new Stream(response, ask);
  let reason;
  for (const step of steps) {
    switch (step.do) {
      case 'text': stream.text(step.text); break;
      case 'thinking': stream.thinking(step.text); break;
      case 'tool': stream.tool(step.name, step.input); break;
      case 'wait': if (!(await pause(step.seconds, response))) return; break;
      case 'drip': if (!(await stream.drip(step.count))) return; break;
      case 'stop': reason = incomplete[step.reason]; break;
      case 'cut': stream.delta(stream.begin(), 'and then'); response.destroy(); return;
      case 'hang': stream.delta(stream.begin(), step.after); return;
    }
  }
  stream.end(reason);
}

// A refusal; with a time to reset, the usage limit of a plan.
export function refuseResponses(response, { status, reset }) {
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
