// Processes found by what they carry in their environment: agents and all they start
// have the TROUPE_RUN_ID of their run.

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

// [{pid, parent, program}] of those with this NAME=value, zombies left out.
export function processesWith(marker) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(pid, 'environ').split('\0').includes(marker))
    .map((pid) => {
      const [state, parent] = read(pid, 'stat').replace(/^.*\) /, '').split(' ');
      const program = programOf(pid);
      return { pid: Number(pid), state, parent: Number(parent), program };
    })
    .filter(({ state }) => state && state !== 'Z');
}

// What it has used of a processor, in ticks of 10 ms.
export function cpuTicksOf(pid) {
  const fields = read(pid, 'stat').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

export const processesOf = (runId) => processesWith(`TROUPE_RUN_ID=${runId}`);

function ancestorsOf(pid) {
  const all = [];
  for (let at = pid; at > 1; all.push(at))
    at = Number(read(at, 'stat').replace(/^.*\) /, '').split(' ')[1]);
  return all;
}

// The agent itself: of the processes that run its program, the one that none of the
// others started, nor what they started.
export function agentOf(runId, program) {
  const same = processesOf(runId).filter((p) => p.program === realpathSync(program));
  const pids = new Set(same.map((p) => p.pid));
  return same.find((p) => !ancestorsOf(p.pid).some((q) => pids.has(q)));
}

export function killAllWith(marker) {
  for (const { pid } of processesWith(marker)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
