// The agent that docs/adding-a-backend.md adds, through the real door of a supervisor
// that was built from that page.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentTests, eventually } from './gateway.mjs';
import { agentOf, processesOf } from './processes.mjs';

const t = agentTests('claude_code');
const command = [process.execPath, join(import.meta.dirname, 'parrot.mjs')];
const parrot = (prompt, more) =>
  t.session.spawn('parrot', { prompt, backend_config: { command }, ...more });

test('a turn is answered, and continued in the same conversation', async () => {
  const { run_id } = await parrot('hello');
  const ended = await t.session.settled(run_id);
  const next = await t.session.answer(run_id, 'ALL');
  const view = await t.session.settled(next.run_id);

  assert.equal(ended.status, 'completed', ended.error);
  assert.equal(ended.result.final_response, 'hello');
  assert.equal(view.result.final_response, 'hello, ALL');
  assert.equal(view.backend_session_id, ended.backend_session_id);
  assert.deepEqual(processesOf(run_id), []);
});

test('it is restarted after a kill, and goes on where it was', async () => {
  const { run_id } = await parrot('WAIT', { restart: { backoff_ms: 10 } });
  await eventually(async () =>
    (await t.session.call('poll_events', { run_id })).events.some(
      (e) => e.data.text === 'waiting'));
  process.kill(agentOf(run_id, process.execPath).pid, 'SIGKILL');
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.restarts, 1);
  assert.match(view.backend_session_id, /^parrot-/);
});

test('its failure is told in its words, and cancelling leaves nothing', async () => {
  const failed = await t.session.settled((await parrot('FAIL no seeds')).run_id);
  const { run_id } = await parrot('WAIT');
  const cancelled = await t.session.call('cancel_run', { run_id, wait_ms: 30_000 });

  assert.equal(failed.exit.reason, 'agent_error');
  assert.match(failed.error, /no seeds/);
  assert.equal(cancelled.status, 'cancelled');
  assert.deepEqual(processesOf(run_id), []);
});
