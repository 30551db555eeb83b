// One process of a real agent, driven over its stdin and stdout, with everything that
// passed kept in order.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class AgentProcess {
  log = [];
  seen = 0;
  waiters = new Set();

  // `spell` turns what a script says into what is sent.
  constructor({
    program, name, args, cwd, env, spell = (text) => text, deadline = 30_000,
  }) {
    this.deadline = deadline;
    this.spell = spell;
    this.child = spawn(program, args, { cwd, env });
    this.note('meta', { argv: [name, ...args], cwd });
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

  raw(line) {
    this.note('in', line);
    this.child.stdin.write(`${line}\n`);
  }

  send(message) {
    this.raw(JSON.stringify(message));
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
