// Processes found by the run they belong to: agents and all they start carry
// TROUPE_RUN_ID in their environment.

import { readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';

// A process may end between any two looks at it; what is gone reads as empty.
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function programOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}

// [{pid, parent, program}], zombies left out.
export function processesOf(runId) {
  const marker = `TROUPE_RUN_ID=${runId}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(pid, 'environ').split('\0').includes(marker))
    .map((pid) => {
      const [state, parent] = read(pid, 'stat').replace(/^.*\) /, '').split(' ');
      return { pid: Number(pid), state, parent: Number(parent), program: programOf(pid) };
    })
    .filter(({ state }) => state && state !== 'Z');
}

// The agent itself: of the processes that run its program, the one not started by another.
export function agentOf(runId, program) {
  const same = processesOf(runId).filter((p) => p.program === realpathSync(program));
  return same.find((p) => !same.some((q) => q.pid === p.parent));
}

export function killTree(runId) {
  for (const { pid } of processesOf(runId)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
