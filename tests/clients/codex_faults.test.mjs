// What becomes of a run whose model service fails the real Codex.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codexTests, eventually } from './gateway.mjs';
import { processesOf } from './processes.mjs';

const t = codexTests();
const { codex } = t;

const inPhase = (run_id, phase) =>
  eventually(async () => {
    const view = await t.session.get(run_id);
    assert.equal(view.phase, phase, JSON.stringify(view));
    return view;
  });

test('a request that the service refuses fails the run at once', async () => {
  const { run_id } = await codex('FAIL 400');

  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'failed');
  assert.equal(view.exit.reason, 'agent_error');
  assert.equal(view.attempts.length, 1);
  assert.match(view.error, /stub answers 400/);
});

test('a key that is missing is told as such', async () => {
  const { run_id } = await codex('SAY never', { env: { STUB_KEY: '' } });

  const view = await t.session.settled(run_id);

  assert.equal(view.exit.reason, 'auth', view.error);
  assert.match(view.error, /STUB_KEY/);
});

test('an overloaded service is waited for', async () => {
  const { run_id } = await codex('FAIL 503');

  const view = await inPhase(run_id, 'backing_off');
  const left = processesOf(run_id);
  const cancelled = await t.session.call('cancel_run', { run_id });

  assert.equal(view.attempts[0].exit.reason, 'overloaded');
  assert.deepEqual(left, []);
  assert.equal(cancelled.status, 'cancelled');
});

test('a usage limit parks the run until it is over', async () => {
  const asked = Date.now();
  const { run_id } = await codex('FAIL 429 1 15\nSAY back at work');

  const parked = await inPhase(run_id, 'parked');
  const view = await t.session.settled(run_id);

  const until = Date.parse(parked.attempts[0].exit.until);
  assert.equal(parked.attempts[0].exit.reason, 'rate_limited');
  assert.ok(until > asked + 5_000 && until < asked + 40_000, parked.attempts[0]);
  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, 'back at work');
});
