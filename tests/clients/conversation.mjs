// One process of the real Claude Code, driven over its stdin and stdout, with
// everything that passed kept in order.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { claudeProgram } from './claude_env.mjs';

export const streaming = [
  '-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose',
];

export class Conversation {
  log = [];
  seen = 0;
  waiters = new Set();

  // `spell` turns what a script says into what is sent.
  constructor({ args, cwd, env, spell = (text) => text, deadline = 30_000 }) {
    this.deadline = deadline;
    this.spell = spell;
    this.child = spawn(claudeProgram, args, { cwd, env });
    this.note('meta', { argv: ['claude', ...args], cwd });
    this.child.stdin.on('error', () => {});
    const { stdout, stderr } = this.child;
    const drained = [this.follow('out', stdout), this.follow('err', stderr)];
    const ended = new Promise((resolve) => {
      this.child.on('exit', (code, signal) => resolve({ code, signal }));
    });
    this.ended = Promise.all([ended, ...drained]).then(([how]) => {
      this.note('exit', how);
      return how;
    });
  }

  note(dir, line) {
    this.log.push({ dir, line });
    for (const look of this.waiters) look();
  }

  follow(dir, stream) {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => this.note(dir, line));
    return new Promise((resolve) => lines.on('close', resolve));
  }

  // The next stdout message, after those already waited for, that fits.
  until(fits) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(reject, this.late()), this.deadline);
      const settle = (how, value) => {
        clearTimeout(timer);
        this.waiters.delete(look);
        how(value);
      };
      const look = () => {
        while (this.seen < this.log.length) {
          const { dir, line } = this.log[this.seen++];
          if (dir === 'exit') return settle(reject, this.late());
          const message = dir === 'out' ? JSON.parse(line) : null;
          if (message && fits(message)) return settle(resolve, message);
        }
      };
      this.waiters.add(look);
      look();
    });
  }

  late() {
    const tail = this.log.slice(-5).map((l) => JSON.stringify(l).slice(0, 400));
    return new Error(`not seen in time; last lines:\n${tail.join('\n')}`);
  }

  get session() {
    return this.log
      .filter(({ dir }) => dir === 'out')
      .map(({ line }) => JSON.parse(line).session_id)
      .find(Boolean);
  }

  raw(line) {
    this.note('in', line);
    this.child.stdin.write(`${line}\n`);
  }

  send(message) {
    this.raw(JSON.stringify(message));
  }

  say(text, more = {}) {
    const content = [{ type: 'text', text: this.spell(text) }];
    this.send({ type: 'user', message: { role: 'user', content }, ...more });
  }

  ask(request_id, request) {
    this.send({ type: 'control_request', request_id, request });
    return this.until((m) => m.response?.request_id === request_id);
  }

  reply(request_id, response) {
    this.send({
      type: 'control_response', response: { subtype: 'success', request_id, response },
    });
  }

  result() {
    return this.until((m) => m.type === 'result');
  }

  permission() {
    return this.until((m) => m.request?.subtype === 'can_use_tool');
  }

  // A tool call was announced by the model.
  toolCall() {
    return this.until(
      ({ type, message }) =>
        type === 'assistant' && message.content.some((b) => b.type === 'tool_use'),
    );
  }

  close() {
    this.note('meta', { stdin: 'closed' });
    this.child.stdin.end();
  }

  signal(name) {
    this.note('meta', { signal: name });
    this.child.kill(name);
  }

  // Ends it by whatever it takes and answers how it ended.
  async finish() {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), this.deadline);
    const how = await this.ended;
    clearTimeout(timer);
    return how;
  }
}
