// What is `codex exec`'s own, of the real one offline against the stub model; the rest is
// in scenarios.mjs.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { tellsWhatItDoes } from './codex_events.mjs';
import { agentTests } from './gateway.mjs';

const writing = { backend_config: { sandbox: 'workspace-write' } };

const t = agentTests('codex_exec');
const { start, file } = t;

const continued = async (run_id, input_message) => {
  const next = await t.session.answer(run_id, input_message);
  return t.session.settled(next.run_id);
};

test('what it does is told as events', async () => {
  await tellsWhatItDoes(t, writing);
});

test('a run that goes on has the sandbox of the one before', async () => {
  const { run_id } = await start('SAY hello', writing);
  const first = await t.session.settled(run_id);

  const view = await continued(run_id, `RUN touch ${file('later')}\nSAY done`);

  assert.equal(view.result.final_response, 'done', view.error);
  assert.equal(view.backend_session_id, first.backend_session_id);
  assert.equal(view.result.usage, undefined);
  assert.ok(existsSync(file('later')));
});

test('a sandbox that only reads keeps a command from writing', async () => {
  const { run_id } = await start(`RUN touch ${file('made')}\nSAY went on`, {
    backend_config: { sandbox: 'read-only' },
  });

  const view = await t.session.settled(run_id);

  assert.equal(view.result.final_response, 'went on', view.error);
  assert.equal(existsSync(file('made')), false);
});

test('members of its configuration are told it', async () => {
  const { run_id } = await start('SAY never', {
    backend_config: {
      config: { model_providers: { stub: { env_key: 'NO_SUCH_KEY' } } },
    },
  });

  const view = await t.session.settled(run_id);

  assert.equal(view.exit.reason, 'auth', view.error);
  assert.match(view.error, /NO_SUCH_KEY/);
});

test('a schema is told behind the prompt, and the answer is held against it', async () => {
  const output_schema = {
    type: 'object', properties: { n: { type: 'integer' } }, required: ['n'],
  };
  const good = await start('SAY {"n":7}', { output_schema });
  const bad = await start('SAY seven', { output_schema });

  const view = await t.session.settled(good.run_id);
  const other = await t.session.settled(bad.run_id);

  assert.deepEqual(view.result.structured_output, { n: 7 });
  assert.equal(other.exit.reason, 'agent_error');
  assert.match(other.error, /does not fit output_schema/);
});

test('a run that failed at its first request is gone on with', async () => {
  const { run_id } = await start('FAIL 400\nSAY never');
  await t.session.settled(run_id);

  const view = await continued(run_id, 'HIST');

  assert.equal(view.result.final_response, 'history: [FAIL 400; SAY never] [HIST]');
});

test('a session that is not known fails in words', async () => {
  const first = await start('SAY hello');
  const ended = await t.session.settled(first.run_id);

  const next = await t.session.spawn('codex_exec', {
    prompt: 'SAY again',
    session_mode: 'resume',
    session_id: first.session_id,
    env: { CODEX_HOME: t.gateway.directory('elsewhere') },
    restart: { type: 'temporary' },
  });
  const view = await t.session.settled(next.run_id);

  assert.equal(view.exit.reason, 'protocol_error');
  assert.match(view.error, new RegExp(`${ended.backend_session_id} is not known`));
});
