#!/usr/bin/env node
// An agent of the Agent Client Protocol that does what the lines of its prompt say, for
// what the real ones do not do offline. Without a mind, and without a dependency.
//
//   SAY text            PLAN a; b           ASK command      as Gemini: no call before
//   THINK text          MODE name           TERMINAL         asks for one
//   READ path [n [m]]   STOP reason         WITHDRAW         asks, and takes it back
//   WRITE path text     FAIL code words     WAIT             until it is cancelled
//   STRANGE             HIST                all prompts so far
//
// SMALL_ACP_STAYS leaves neither at the end of its input nor when it is terminated.
// SMALL_ACP_VERSION=2 speaks the draft where it is offered. A session is a file in its
// directory; it can be loaded, not resumed.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const newest = Number(process.env.SMALL_ACP_VERSION ?? 1);
const options = [
  { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
  { optionId: 'yes-always', name: 'Always', kind: 'allow_always' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];

class Agent {
  version = 1;
  asked = 0;
  calls = 0;
  waiting = new Map();
  cancelled = null;

  send(message) {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  ask(method, params) {
    const id = `small-${++this.asked}`;
    this.send({ id, method, params: { sessionId: this.session, ...params } });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  update(sessionUpdate, more) {
    const update = { sessionUpdate, ...more };
    this.send({ method: 'session/update', params: { sessionId: this.session, update } });
  }

  say(text, kind = 'agent_message_chunk') {
    this.update(kind, { content: { type: 'text', text }, messageId: `m${this.calls}` });
  }

  // Its directory is its own; what it wrote there stays.
  get file() {
    return join(this.cwd, `.${this.session}.json`);
  }

  history() {
    return existsSync(this.file) ? JSON.parse(readFileSync(this.file, 'utf8')) : [];
  }

  methods = {
    initialize: ({ protocolVersion }) => {
      this.version = Math.min(newest, protocolVersion);
      const who = { name: 'small-acp-agent', version: '1.0.0' };
      return this.version === 2
        ? { protocolVersion: 2, info: who, capabilities: { session: {} } }
        : {
            protocolVersion: 1, agentInfo: who, authMethods: [],
            agentCapabilities: { loadSession: true },
          };
    },
    'session/new': ({ cwd }) => {
      Object.assign(this, { cwd, session: 'small-session' });
      const availableModes = ['careful', 'bold'].map((id) => ({ id, name: id }));
      return {
        sessionId: this.session, modes: { currentModeId: 'careful', availableModes },
      };
    },
    'session/load': ({ cwd, sessionId }) => {
      Object.assign(this, { cwd, session: sessionId });
      if (!existsSync(this.file)) throw { code: -32002, message: 'Resource not found' };
      for (const text of this.history()) {
        this.update('user_message_chunk', { content: { type: 'text', text } });
        this.say('said before');
      }
      return {};
    },
    'session/resume': ({ cwd, sessionId }) => {
      Object.assign(this, { cwd, session: sessionId });
      this.update('state_update', { state: 'idle' });
      return {};
    },
    'session/set_mode': ({ modeId }) => {
      this.update('current_mode_update', { currentModeId: modeId });
      return {};
    },
    'session/prompt': ({ prompt }) => this.prompt(prompt.map((p) => p.text).join('\n')),
  };

  async prompt(text) {
    writeFileSync(this.file, JSON.stringify([...this.history(), text]));
    if (this.version === 2) {
      setImmediate(() => this.draftTurn(text));
      return { messageId: 'u1' };
    }
    return this.turn(text);
  }

  async draftTurn(text) {
    this.update('state_update', { state: 'running' });
    const { stopReason, usage } = await this.turn(text);
    this.update('state_update', { state: 'idle', stopReason, usage });
  }

  async turn(text) {
    let stopReason = 'end_turn';
    for (const line of text.split('\n').filter(Boolean)) {
      const [word, ...rest] = line.split(' ');
      stopReason = (await this.steps[word]?.(rest, rest.join(' '))) ?? stopReason;
    }
    return { stopReason, usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 } };
  }

  steps = {
    SAY: (_, text) => {
      const middle = text.length >> 1;
      for (const part of [text.slice(0, middle), text.slice(middle)]) this.say(part);
    },
    THINK: (_, text) => this.say(text, 'agent_thought_chunk'),
    PLAN: (_, text) => {
      const entries = text.split('; ').map((content) => (
        { content, priority: 'medium', status: 'pending' }));
      if (this.version === 1) return this.update('plan', { entries });
      this.update('plan_update', { plan: { type: 'items', planId: 'p', entries } });
    },
    MODE: ([currentModeId]) => this.update('current_mode_update', { currentModeId }),
    HIST: () => this.say(`history: ${this.history().join(' | ')}`),
    STOP: ([reason]) => reason,
    FAIL: ([code, ...words]) => {
      throw { code: Number(code), message: words.join(' ') };
    },
    STRANGE: () => {
      this.update('no_such_update', { x: 1 });
      this.send({ method: '_small/extension', params: {} });
    },
    WAIT: () => new Promise((resolve) => {
      this.cancelled = () => resolve('cancelled');
      this.say('waiting');
    }),
    TERMINAL: async () => {
      const answer = await this.ask('terminal/create', { command: 'true' });
      this.say(`no terminal: ${answer.error.message}`);
    },
    READ: async ([path, line, limit]) => {
      const more = line ? { line: Number(line), limit: Number(limit) } : {};
      const { result, error } = await this.ask('fs/read_text_file', { path, ...more });
      this.say(error ? `not read: ${error.message}` : `read: ${result.content}`);
    },
    WRITE: async ([path, ...words]) => {
      const newText = words.join(' ');
      const call = {
        toolCallId: `call-${++this.calls}`, title: `Write ${path}`, kind: 'edit',
        locations: [{ path }],
      };
      this.update('tool_call', { ...call, status: 'in_progress' });
      const { error } = await this.ask('fs/write_text_file', { path, content: newText });
      const content = [{ type: 'diff', path, oldText: null, newText }];
      this.update('tool_call_update', {
        toolCallId: call.toolCallId, status: error ? 'failed' : 'completed', content,
      });
      this.say(error ? `not written: ${error.message}` : 'written');
    },
    ASK: async (_, title) => {
      const toolCallId = `call-${++this.calls}`;
      const call = { toolCallId, title, kind: 'execute', rawInput: { command: title } };
      const request = this.version === 1
        ? { toolCall: call, options }
        : { title, subject: { type: 'tool_call', toolCall: call }, options };
      const { result } = await this.ask('session/request_permission', request);
      const chosen = result.outcome.optionId ?? result.outcome.outcome;
      const status = chosen.startsWith('yes') ? 'completed' : 'failed';
      this.update('tool_call_update', { toolCallId, status, rawOutput: chosen });
      this.say(`chosen: ${chosen}`);
      if (chosen === 'cancelled') return 'cancelled';
    },
    WITHDRAW: async () => {
      const call = { toolCallId: `call-${++this.calls}`, title: 'x', kind: 'execute' };
      const answer = this.ask('session/request_permission', { toolCall: call, options });
      const requestId = `small-${this.asked}`;
      this.send({ method: '$/cancel_request', params: { requestId } });
      this.say(`withdrawn: ${(await answer).error.message}`);
    },
  };

  async take(line) {
    const message = JSON.parse(line);
    if (!message.method) {
      this.waiting.get(message.id)?.(message);
      return;
    }
    if (message.method === 'session/cancel') return this.cancelled?.();
    const method = this.methods[message.method];
    try {
      if (!method) throw { code: -32601, message: 'Method not found' };
      const result = await method(message.params);
      this.send({ id: message.id, result });
    } catch ({ code, message: words }) {
      this.send({ id: message.id, error: { code: code ?? -32603, message: words } });
    }
  }
}

const stays = process.env.SMALL_ACP_STAYS;
if (stays) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 60_000);
}
const agent = new Agent();
createInterface({ input: process.stdin })
  .on('line', (line) => agent.take(line))
  .on('close', () => stays || process.exit(0));
