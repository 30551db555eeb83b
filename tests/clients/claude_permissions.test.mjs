// Who settles what the real Claude Code asks leave for: a client, or the policy.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Gateway, dataMessage } from './gateway.mjs';
import { startStub } from './stub_llm.mjs';

let stub;
let gateway;
let session;

before(async () => {
  stub = await startStub();
});

after(() => stub.close());

beforeEach(async () => {
  gateway = new Gateway({ url: stub.url });
  session = await gateway.connect();
});

afterEach(() => gateway.close());

const claude = (prompt, more = {}) => session.spawn('claude_code', { prompt, ...more });
const file = (name) => join(gateway.cwd, name);

const typesOf = async (run_id) => (await session.events(run_id)).map((e) => e.type);

test('requests in sequence are each answered for themselves', async () => {
  const { run_id } = await claude(
    `RUN touch ${file('first')}\nRUN touch ${file('second')}\nSAY both asked`,
  );

  const first = await session.settled(run_id, 'attention');
  const [{ request_id }] = first.pending;
  await session.answer(run_id, dataMessage({ request_id, decision: 'allow' }));
  const second = await session.settled(run_id, 'attention');
  await session.answer(run_id, 'deny');
  const view = await session.settled(run_id);

  assert.equal(second.status, 'input_required');
  assert.equal(second.pending.length, 1);
  assert.notEqual(second.pending[0].request_id, request_id);
  assert.ok(existsSync(file('first')));
  assert.equal(existsSync(file('second')), false);
  assert.equal(view.result.final_response, 'both asked');
});

test('what is always allowed is not asked again', async () => {
  const command = `touch ${file('made')}; echo once more`;
  const { run_id } = await claude(`RUN ${command}\nRUN ${command}\nSAY twice`);

  await session.settled(run_id, 'attention');
  await session.answer(run_id, 'allow_always');
  const view = await session.settled(run_id, 'attention');
  const types = await typesOf(run_id);

  assert.equal(view.status, 'completed', JSON.stringify(view.pending));
  assert.equal(view.result.final_response, 'twice');
  assert.equal(types.filter((t) => t === 'input_required').length, 1);
  assert.equal(types.filter((t) => t === 'command_finished').length, 2);
});

test('a pattern that allows settles a request without anyone', async () => {
  const { run_id } = await claude(`RUN touch ${file('made')}\nSAY made it`, {
    permissions: { allow: ['Bash(touch *)'] },
  });

  const view = await session.settled(run_id, 'attention');
  const types = await typesOf(run_id);

  assert.equal(view.status, 'completed', JSON.stringify(view.pending));
  assert.ok(existsSync(file('made')));
  assert.equal(types.includes('input_required'), false);
});

test('a pattern that denies wins over one that allows', async () => {
  const { run_id } = await claude(`RUN touch ${file('made')}\nSAY could not`, {
    permissions: { allow: ['Bash'], deny: ['Bash(touch *)'] },
  });

  const view = await session.settled(run_id, 'attention');

  assert.equal(view.status, 'completed', JSON.stringify(view.pending));
  assert.equal(view.result.final_response, 'could not');
  assert.equal(existsSync(file('made')), false);
});
