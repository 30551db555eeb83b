// What every real agent is put through alike. `start(prompt, more)` spawns a run of it
// that may use its shell; `t` are its tests.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { eventually } from './gateway.mjs';
import { agentOf, processesOf } from './processes.mjs';

const endless = 'while :; do sleep 1; done';

export async function resumesWhenKilledInATool(t, start, program) {
  const once = t.file('once');
  const hangOnce = `test -e ${once} || { touch ${once}; ${endless}; }; echo again`;
  const { run_id } = await start(`RUN ${hangOnce}\nHIST`, { restart: { backoff_ms: 10 } });
  await eventually(() => existsSync(once));
  const agent = agentOf(run_id, program);

  process.kill(agent.pid, 'SIGKILL');
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.restarts, 1);
  assert.equal(view.attempts[0].exit.signal, 9);
  assert.match(view.result.final_response, /^history: \[RUN test.*\] \[/);
  assert.deepEqual(processesOf(run_id), []);
}

export async function isCancelledInATool(t, start) {
  const up = t.file('up');
  const { run_id } = await start(`RUN touch ${up}; ${endless}`);
  await eventually(() => existsSync(up));

  const cancelled = await t.session.call('cancel_run', { run_id, wait_ms: 30_000 });

  assert.equal(cancelled.status, 'cancelled');
  assert.deepEqual(processesOf(run_id), []);
}
