// Processes found by the run they belong to: agents and all they start carry
// TROUPE_RUN_ID in their environment.

import { readFileSync, readdirSync } from 'node:fs';

const read = (pid, file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

// [{pid, parent, command}], zombies left out.
export function processesOf(runId) {
  const marker = `TROUPE_RUN_ID=${runId}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(pid, 'environ').split('\0').includes(marker))
    .map((pid) => {
      const [state, parent] = read(pid, 'stat').replace(/^.*\) /, '').split(' ');
      const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim();
      return { pid: Number(pid), state, parent: Number(parent), command };
    })
    .filter(({ state }) => state && state !== 'Z');
}

// The run's first process: the one whose parent does not belong to it.
export function mainProcessOf(runId) {
  const all = processesOf(runId);
  const pids = new Set(all.map((p) => p.pid));
  return all.find((p) => !pids.has(p.parent) && p.command.includes('claude'));
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
