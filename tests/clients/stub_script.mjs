// What the stub model says next: a pure function of a conversation.
//
// The script is the directive lines of the last user text that has any. Every line that
// calls a tool ends a model turn; the request that carries its result goes on with the
// line after it. Nothing is remembered between requests: where the script stands is
// read from the conversation, so it survives the agent's death as the history does.

import { createHash } from 'node:crypto';

// The tools of Claude Code that the directives call; an agent with other tools brings
// a table of its own.
export const claudeTools = {
  RUN: (rest) => ['Bash', { command: rest, description: 'run by the stub' }],
  BGRUN: (rest) => [
    'Bash',
    { command: rest, description: 'run by the stub', run_in_background: true },
  ],
  READ: (rest) => ['Read', { file_path: rest.trim() }],
  WRITE: (rest) => {
    const [path, ...words] = rest.split(' ');
    return ['Write', { file_path: path, content: words.join(' ') }];
  },
  TODO: (rest) => ['TodoWrite', { todos: rest.split(';').map(todo) }],
};

const calling = new Set(['RUN', 'BGRUN', 'READ', 'WRITE', 'TODO', 'TOOL', 'PTOOL']);
const literal = new Set(['TOOL', 'PTOOL']);

// `name json`: a call of any tool by its name.
export function callByName(rest) {
  const [name, ...words] = rest.split(' ');
  return [name, words.length ? JSON.parse(words.join(' ')) : {}];
}

function todo(text, index) {
  const content = text.trim();
  const status = index === 0 ? 'in_progress' : 'pending';
  return { content, activeForm: content, status };
}

const speech = new Set([
  'SAY', 'THINK', 'BIG', 'HIST', 'SEES', 'TOOLS', 'SLOW', 'DRIP', 'FAIL', 'HANG', 'HANGMID',
  'CUT', 'MAXTOK', 'REFUSE',
]);

export const textOf = (content) =>
  typeof content === 'string'
    ? content
    : (content ?? []).filter((b) => b.type === 'text').map((b) => b.text).join('\n');

// The bytes that a data: URL brings, as a block of the Messages API; null if it is none.
export function fileOf(url) {
  const [, media_type, data] = /^data:([^;]+);base64,(.*)$/s.exec(url ?? '') ?? [];
  return data ? { type: 'image', source: { media_type, data } } : null;
}

// What an agent itself says in the user's place: <environment_context> and the like.
export const isOwnWord = (text) => /^(<[a-z_ ]+>|# AGENTS\.md)/.test(text.trim());

const withoutReminders = (text) =>
  text.replace(/<system-reminder>[\s\S]*?<\/system-reminder>/g, '');

// A turn that was interrupted before it said anything shares one message with the next.
const afterInterruption = (text) =>
  text.replace(/^[\s\S]*\[Request interrupted by user[^\]]*\]/, '');

export function directivesIn(text) {
  const found = [];
  for (const line of afterInterruption(withoutReminders(text)).split('\n')) {
    const match = /^([A-Z]+)(?: (.*))?$/.exec(line);
    if (match && (calling.has(match[1]) || speech.has(match[1]))) {
      found.push({ word: match[1], rest: match[2] ?? '' });
    }
  }
  return found;
}

// What the agent itself puts after a call that was interrupted, before the next user.
const isFiller = (message) => textOf(message.content) === 'No response requested.';

const hasTool = (message) =>
  message.role === 'assistant' &&
  Array.isArray(message.content) &&
  message.content.some((b) => b.type === 'tool_use');

const resultText = (block) =>
  typeof block.content === 'string' ? block.content : textOf(block.content);

export function lastResult(messages) {
  const blocks = messages
    .filter((m) => m.role === 'user' && Array.isArray(m.content))
    .flatMap((m) => m.content)
    .filter((b) => b.type === 'tool_result');
  return blocks.length ? resultText(blocks.at(-1)) : null;
}

// `${result.runs.0.run_id}` is that field of the last tool result, read as JSON.
function fill(text, messages, quote = (value) => value) {
  return text.replace(/\$\{result((?:\.\w+)*)\}/g, (_, path) => {
    const raw = lastResult(messages) ?? '';
    let value = raw;
    for (const key of path.split('.').slice(1)) {
      if (typeof value === 'string') value = parsed(value);
      value = value?.[key];
    }
    const found = typeof value === 'string' ? value : JSON.stringify(value);
    return quote(found ?? '(absent)');
  });
}

const insideQuotes = (value) => JSON.stringify(value).slice(1, -1);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// The files that came with what the user said, by type and size of their base64.
function seen(messages) {
  const files = messages
    .filter((m) => m.role === 'user' && Array.isArray(m.content))
    .flatMap((m) => m.content)
    .filter((b) => b.source?.data)
    .map(({ source }) => `${source.media_type} ${source.data.length}`);
  return files.join(', ') || 'nothing';
}

// Which directives each user text of the conversation had, oldest first.
function history(messages) {
  return messages
    .filter((m) => m.role === 'user')
    .map((m) => withoutReminders(textOf(m.content)).trim())
    .filter((text) => text && !text.startsWith('[Request interrupted'))
    .map((text) => directivesIn(text).map((d) => `${d.word} ${d.rest}`.trim()))
    .map((directives) => `[${directives.join('; ')}]`)
    .join(' ');
}

// The directives split into model turns: a tool call ends one, PTOOL joins the call
// before it.
function turnsOf(directives) {
  const turns = [[]];
  let closed = false;
  for (const d of directives) {
    if (closed && d.word !== 'PTOOL') {
      turns.push([]);
      closed = false;
    }
    turns.at(-1).push(d);
    closed = closed || calling.has(d.word);
  }
  if (closed) turns.push([]);
  return turns;
}

// Answers {key, steps}: the key names this point of the script for as long as it is
// asked for again, by an agent that was restarted too; the steps are what to do, in order.
export function nextTurn({ messages, tools: offered = [] }, tools = claudeTools) {
  const at = messages.findLastIndex(
    (m) => m.role === 'user' && directivesIn(textOf(m.content)).length > 0,
  );
  if (at < 0) return { key: '', steps: [{ do: 'text', text: 'no directive' }] };
  const directives = directivesIn(textOf(messages[at].content));
  const turns = turnsOf(directives);
  const later = messages.slice(at + 1);
  const taken = later.filter(hasTool).length;
  const spoken = later.some(
    (m) => m.role === 'assistant' && !hasTool(m) && !isFiller(m),
  );
  const last = turns.at(-1);
  const endless = last.length > 0 && last.at(-1).word === 'MAXTOK';
  const turn = spoken && !endless ? [] : (turns[taken] ?? []);
  const names = offered.map((t) => t.name).join(' ');
  const steps = turn.map((d) => stepOf(d, messages, names, tools));
  if (steps.length === 0) {
    steps.push({ do: 'text', text: `done; last tool result: ${lastResult(messages)}` });
  }
  return { key: `${taken}:${JSON.stringify(directives)}`, steps };
}

function stepOf({ word, rest }, messages, names, tools) {
  if (calling.has(word)) {
    const call = literal.has(word) ? callByName : tools[word];
    const quote = literal.has(word) ? insideQuotes : undefined;
    const [name, input] = call(fill(rest, messages, quote));
    return { do: 'tool', name, input };
  }
  const number = Number.parseFloat(rest);
  switch (word) {
    case 'SAY': return { do: 'text', text: fill(rest, messages) };
    case 'THINK': return { do: 'thinking', text: rest };
    case 'BIG': return { do: 'text', text: big(number) };
    case 'HIST': return { do: 'text', text: `history: ${history(messages)}` };
    case 'SEES': return { do: 'text', text: `sees: ${seen(messages)}` };
    case 'TOOLS': return { do: 'text', text: `tools: ${names}` };
    case 'SLOW': return { do: 'wait', seconds: number };
    case 'DRIP': return { do: 'drip', count: number };
    case 'FAIL': return failure(rest);
    case 'HANG': return { do: 'hang' };
    case 'HANGMID': return { do: 'hang', after: 'the beginning of ' };
    case 'CUT': return { do: 'cut' };
    case 'MAXTOK': return { do: 'stop', reason: 'max_tokens' };
    case 'REFUSE': return { do: 'stop', reason: 'refusal' };
  }
}

function failure(rest) {
  const [status = '500', times, reset] = rest.split(' ').filter(Boolean);
  const owed = Number(times ?? Infinity);
  return { do: 'fail', status: Number(status), times: owed, reset };
}

// No two lines are alike: some agents end an answer that repeats itself.
function big(kilobytes) {
  const size = kilobytes * 1024;
  const line = (_, n) => createHash('sha256').update(`${n}`).digest('base64');
  const count = Math.ceil(size / line(0, 0).length);
  return Array.from({ length: count }, line).join('\n').slice(0, size);
}
