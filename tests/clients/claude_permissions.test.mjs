// Who settles what the real Claude Code asks leave for: a client, or the policy.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { agentTests, dataMessage } from './gateway.mjs';

const t = agentTests('claude_code');
const { start, file } = t;

// Who settled what, in order.
const settledIn = (events) =>
  events
    .filter((e) => e.type === 'message_added' && e.data.request_id)
    .map(({ data }) => `${data.role} ${data.decision}`);

const typesOf = async (run_id) => (await t.session.events(run_id)).map((e) => e.type);

test('requests in sequence are each answered for themselves', async () => {
  const { run_id } = await start(
    `RUN touch ${file('first')}\nRUN touch ${file('second')}\nSAY both asked`,
  );

  const first = await t.session.settled(run_id, 'attention');
  const [{ request_id }] = first.pending;
  await t.session.answer(run_id, dataMessage({ request_id, decision: 'allow' }));
  const second = await t.session.settled(run_id, 'attention');
  await t.session.answer(run_id, 'deny');
  const view = await t.session.settled(run_id);

  assert.equal(second.status, 'input_required');
  assert.equal(second.pending.length, 1);
  assert.notEqual(second.pending[0].request_id, request_id);
  assert.ok(existsSync(file('first')));
  assert.equal(existsSync(file('second')), false);
  assert.equal(view.result.final_response, 'both asked');
  const told = settledIn(await t.session.events(run_id));
  assert.deepEqual(told, ['user allow', 'user deny']);
});

test('what is always allowed is not asked again', async () => {
  const command = `RUN touch ${file('made')}`;
  const { run_id } = await start(`${command}\n${command}\nSAY twice`);

  await t.session.settled(run_id, 'attention');
  await t.session.answer(run_id, 'allow_always');
  const view = await t.session.settled(run_id, 'attention');
  assert.equal(view.status, 'completed', JSON.stringify(view.pending));
  const types = await typesOf(run_id);

  assert.equal(view.result.final_response, 'twice');
  assert.equal(types.filter((t) => t === 'input_required').length, 1);
  assert.equal(types.filter((t) => t === 'command_finished').length, 2);
});

test('a pattern that allows settles a request without anyone', async () => {
  const { run_id } = await start(`RUN touch ${file('made')}\nSAY made it`, {
    permissions: { allow: ['Bash(touch *)'] },
  });

  const view = await t.session.settled(run_id, 'attention');
  assert.equal(view.status, 'completed', JSON.stringify(view.pending));
  const events = await t.session.events(run_id);

  assert.ok(existsSync(file('made')));
  assert.equal(events.some((e) => e.type === 'input_required'), false);
  assert.deepEqual(settledIn(events), ['policy allow']);
});

test('a pattern that denies wins over one that allows', async () => {
  const { run_id } = await start(`RUN touch ${file('made')}\nSAY could not`, {
    permissions: { allow: ['Bash'], deny: ['Bash(touch *)'] },
  });

  const view = await t.session.settled(run_id, 'attention');

  assert.equal(view.status, 'completed', JSON.stringify(view.pending));
  assert.equal(view.result.final_response, 'could not');
  assert.equal(existsSync(file('made')), false);
});
