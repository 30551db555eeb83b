// One process of the real Codex for one turn, as Troupe starts it: `codex exec`, with the
// prompt on stdin.

import { AgentProcess } from './agent_process.mjs';
import { codexProgram } from './codex_env.mjs';

export class CodexExec extends AgentProcess {
  constructor({ session, args = [], ...options }) {
    const resumed = session ? ['resume', session] : [];
    super({
      program: codexProgram,
      name: 'codex',
      args: ['exec', '--json', '--skip-git-repo-check', ...args, ...resumed, '-'],
      ...options,
    });
  }

  async run({ prompt, signal }) {
    this.raw(this.spell(prompt));
    this.close();
    if (signal) {
      await this.until((m) => m.item?.type === 'command_execution');
      this.signal(signal);
    }
    await this.ended;
    const begun = this.log.find(({ dir, line }) => dir === 'out' && line.includes('thread.started'));
    this.session = begun && JSON.parse(begun.line).thread_id;
  }
}
