// What is Codex's own, of the real one offline against the stub model; the rest is in
// scenarios.mjs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellsWhatItDoes } from './codex_events.mjs';
import { agentTests } from './gateway.mjs';

const writing = { backend_config: { sandbox: 'workspace-write' } };

const t = agentTests('codex');
const { start } = t;

test('what it does is told as events', async () => {
  const events = await tellsWhatItDoes(t, writing);

  const unknown = events.filter((e) => e.data.kind === 'unknown_message');
  assert.deepEqual(unknown, []);
});

test('an answer is given as data where a schema asks for it', async () => {
  const output_schema = {
    type: 'object', properties: { n: { type: 'integer' } }, required: ['n'],
    additionalProperties: false,
  };
  const { run_id } = await start('SAY {"n":7}', { output_schema });

  const view = await t.session.settled(run_id);

  assert.deepEqual(view.result.structured_output, { n: 7 });
});

test('an answer that does not fit is asked for once more, then fails the run', async () => {
  const output_schema = { type: 'object', properties: {}, required: ['n'] };
  const { run_id } = await start('SAY seven', { output_schema });

  const view = await t.session.settled(run_id);
  const events = await t.session.events(run_id);

  assert.equal(view.status, 'failed');
  assert.match(view.error, /after it was asked for again/);
  const mismatches = events.filter((e) => e.data.kind === 'schema_mismatch');
  assert.equal(mismatches.length, 1);
});

test('a session that is not known fails in words', async () => {
  const first = await start('SAY hello');
  const ended = await t.session.settled(first.run_id);

  const next = await t.session.spawn('codex', {
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

test('a key that is missing is told as such', async () => {
  const { run_id } = await start('SAY never', { env: { STUB_KEY: '' } });

  const view = await t.session.settled(run_id);

  assert.equal(view.exit.reason, 'auth', view.error);
  assert.match(view.error, /STUB_KEY/);
});
