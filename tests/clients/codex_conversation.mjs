// One process of the real Codex, driven over its stdin and stdout as `codex app-server`
// with the very requests that Troupe makes, under the same ids.

import { AgentProcess } from './agent_process.mjs';
import { codexProgram } from './codex_env.mjs';

export class CodexConversation extends AgentProcess {
  counts = {};

  constructor(options) {
    super({ program: codexProgram, name: 'codex', ...options });
    this.cwd = options.cwd;
  }

  numbered(name) {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    return `${name} ${this.counts[name]}`;
  }

  // The answer to one of our requests: its result, or {error}.
  async ask(id, method, params) {
    this.send({ id, method, params });
    return this.until((m) => m.id === id && !m.method);
  }

  // Begins the conversation, or goes on with the thread `resume` names.
  async open({ resume, ...thread } = {}) {
    this.thread = resume;
    await this.ask('initialize', 'initialize', {
      clientInfo: { name: 'troupe', title: 'Troupe', version: '0.1.0' },
      capabilities: { experimentalApi: true },
    });
    this.send({ method: 'initialized' });
    const params = { cwd: this.cwd, approvalPolicy: 'on-request', ...thread };
    const opened = resume
      ? await this.ask('thread', 'thread/resume', {
          ...params, threadId: resume, excludeTurns: true,
        })
      : await this.ask('thread', 'thread/start', params);
    this.thread = opened.result?.thread.id ?? resume;
  }

  get session() {
    return this.thread;
  }

  // Answers the id of the turn once it has begun.
  async say(text, more = {}) {
    const input = [{ type: 'text', text: this.spell(text) }];
    const params = { threadId: this.thread, input, ...more };
    this.send({ id: this.numbered('turn'), method: 'turn/start', params });
    const { params: begun } = await this.until((m) => m.method === 'turn/started');
    return begun.turn.id;
  }

  // The end of the turn of the main thread.
  result() {
    return this.until(
      (m) => m.method === 'turn/completed' && m.params.threadId === this.thread,
    );
  }

  // A request of the agent, of any kind.
  request() {
    return this.until((m) => m.method && m.id !== undefined);
  }

  reply(id, result) {
    this.send({ id, result });
  }

  // Says something to the turn that runs.
  steer(expectedTurnId, text) {
    return this.ask(this.numbered('steer'), 'turn/steer', {
      threadId: this.thread, expectedTurnId, input: [{ type: 'text', text }],
    });
  }

  // Stops the turn, and then what it left running.
  async interrupt(turnId) {
    this.send({
      id: this.numbered('interrupt'), method: 'turn/interrupt',
      params: { threadId: this.thread, turnId },
    });
    await this.result();
    await this.ask(this.numbered('clean'), 'thread/backgroundTerminals/clean', {
      threadId: this.thread,
    });
  }

  // A command of the agent runs.
  running() {
    return this.until(
      (m) => m.method === 'item/started' && m.params.item.type === 'commandExecution',
    );
  }
}
