// Who settles what the real Codex asks leave for: a client, or the policy.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { escalated } from './agents.mjs';
import { agentTests, dataMessage } from './gateway.mjs';

const demo = join(import.meta.dirname, 'demo_mcp.mjs');
const t = agentTests('codex', {
  config: `[mcp_servers.demo]\ncommand = "node"\nargs = ["${demo}"]\n`,
});
const { start, file } = t;

// A model that is offered the tools of MCP servers by their names.
const plain = { backend_config: { model: 'no-such-model' } };

async function asked(prompt, more) {
  const { run_id } = await start(prompt, more);
  const view = await t.session.settled(run_id, 'attention');
  assert.equal(view.status, 'input_required', JSON.stringify(view));
  return view;
}

// Who settled what, in order.
const settledIn = async (run_id) =>
  (await t.session.events(run_id))
    .filter((e) => e.type === 'message_added' && e.data.request_id)
    .map(({ data }) => `${data.role} ${data.decision}`);

test('a command that is allowed is run', async () => {
  const { run_id, pending } = await asked(`${escalated('touch made')}\nSAY made it`);

  const [{ request_id, kind, title, detail }] = pending;
  const heldBack = !existsSync(file('made'));
  await t.session.answer(run_id, dataMessage({ request_id, decision: 'allow' }));
  const view = await t.session.settled(run_id);

  assert.equal(kind, 'permission');
  assert.equal(title, 'Bash: touch made');
  assert.equal(detail.description, 'it writes');
  assert.ok(heldBack && existsSync(file('made')));
  assert.equal(view.result.final_response, 'made it');
});

test('a command that is denied is not run', async () => {
  const { run_id } = await asked(`${escalated('touch made')}\nSAY went on`);

  await t.session.answer(run_id, 'deny: not in my house');
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(existsSync(file('made')), false);
  assert.deepEqual(await settledIn(run_id), ['user deny']);
});

test('what is always allowed is not asked again', async () => {
  const command = escalated('touch made');
  const { run_id } = await asked(`${command}\n${command}\nSAY twice`);

  await t.session.answer(run_id, 'allow_always');
  const view = await t.session.settled(run_id, 'attention');

  assert.equal(view.status, 'completed', JSON.stringify(view.pending));
  assert.deepEqual(await settledIn(run_id), ['user allow_always']);
});

test('a change of files is shown, and made once it is allowed', async () => {
  const { run_id, pending } = await asked(`WRITE ${file('new')} words\nSAY wrote`);

  await t.session.answer(run_id, 'allow');
  await t.session.settled(run_id);

  assert.equal(pending[0].title, `Write: ${file('new')}`);
  assert.equal(pending[0].detail.input.changes[0].diff, 'words\n');
  assert.ok(existsSync(file('new')));
});

test('a call of an MCP tool is asked about, and its question answered', async () => {
  const { run_id, pending } = await asked('TOOL ask {}', plain);

  await t.session.answer(run_id, 'allow');
  const question = await t.session.settled(run_id, 'attention');
  await t.session.answer(run_id, 'Bob');
  const view = await t.session.settled(run_id);

  assert.match(pending[0].title, /^mcp__demo__ask/);
  assert.equal(question.pending[0].title, 'Your name?');
  assert.equal(question.pending[0].kind, 'question');
  assert.match(view.result.final_response, /answered .*accept.*Bob/);
});

test('patterns settle requests without anyone, and one that denies wins', async () => {
  const { run_id } = await start(
    `${escalated('touch made')}\n${escalated('touch kept')}\nTOOL put {"x":"1"}\nSAY so`,
    {
      ...plain,
      permissions: {
        allow: ['Bash(touch *)', 'mcp__demo__*'], deny: ['Bash(touch kept)'],
      },
    },
  );

  const view = await t.session.settled(run_id, 'attention');

  assert.equal(view.status, 'completed', JSON.stringify(view.pending));
  assert.ok(existsSync(file('made')));
  assert.equal(existsSync(file('kept')), false);
  const settled = ['policy allow', 'policy deny', 'policy allow'];
  assert.deepEqual(await settledIn(run_id), settled);
});

test('where something is denied, a command in the sandbox is asked about', async () => {
  const { pending } = await asked('RUN ls', { permissions: { deny: ['Bash(rm *)'] } });

  assert.equal(pending[0].title, 'Bash: ls');
});
