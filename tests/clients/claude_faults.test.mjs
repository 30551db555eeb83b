// What becomes of a run whose model service fails the real Claude Code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claudeTests, eventually } from './gateway.mjs';
import { processesOf } from './processes.mjs';

const t = claudeTests();
const { claude } = t;

const inPhase = (run_id, phase) =>
  eventually(async () => {
    const view = await t.session.get(run_id);
    assert.equal(view.phase, phase, JSON.stringify(view));
    return view;
  });

test('a request that the service refuses fails the run at once', async () => {
  const { run_id } = await claude('FAIL 400');

  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'failed');
  assert.equal(view.exit.reason, 'agent_error');
  assert.equal(view.attempts.length, 1);
  assert.match(view.error, /400/);
});

test('an overloaded service is waited for', async () => {
  const { run_id } = await claude('FAIL 529');

  const view = await inPhase(run_id, 'backing_off');
  const { events } = await t.session.call('poll_events', { run_id, limit: 1000 });
  const left = processesOf(run_id);
  const cancelled = await t.session.call('cancel_run', { run_id });

  assert.equal(view.attempts.length, 1);
  assert.equal(view.attempts[0].exit.reason, 'overloaded');
  assert.equal(events.at(-1).data.phase, 'backing_off');
  assert.match(events.at(-1).data.cause, /overloaded.*waits \d+ s/);
  assert.deepEqual(left, []);
  assert.equal(cancelled.status, 'cancelled');
});

test('a usage limit parks the run until it is over', async () => {
  const asked = Date.now();
  const { run_id } = await claude('FAIL 429 1 15\nSAY back at work', {
    env: { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'stub-token' },
  });

  const parked = await inPhase(run_id, 'parked');
  const view = await t.session.settled(run_id);

  const until = Date.parse(parked.attempts[0].exit.until);
  assert.equal(parked.attempts[0].exit.reason, 'rate_limited');
  assert.ok(until > asked + 10_000 && until < asked + 40_000, parked.attempts[0]);
  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, 'back at work');
  assert.ok(Date.parse(view.attempts[1].started_at) >= until);
});
