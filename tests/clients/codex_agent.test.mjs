// The real Codex as a supervised agent, offline against the stub model.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { codexProgram } from './codex_env.mjs';
import { codexTests, eventually } from './gateway.mjs';
import { processesOf } from './processes.mjs';
import { isCancelledInATool, resumesWhenKilledInATool } from './proofs.mjs';

const writing = { backend_config: { sandbox: 'workspace-write' } };

const t = codexTests();
const { codex, file } = t;
const writes = (prompt, more) => codex(prompt, { ...writing, ...more });

test('a turn is answered', async () => {
  const { run_id } = await codex('SAY good morning');

  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, 'good morning');
  assert.deepEqual(view.result.usage, {
    input_tokens: 60, output_tokens: 10, cached_input_tokens: 40,
  });
  assert.deepEqual(processesOf(run_id), []);
});

test('what it does is told as events', async () => {
  const { run_id } = await codex(
    `THINK hard\nRUN echo from the shell\nWRITE ${file('new')} words\nSAY done`, writing,
  );

  const events = await t.session.events(run_id);

  const types = events.map((e) => e.type);
  const told = [
    'reasoning', 'command_started', 'command_finished', 'tool_started', 'file_changed',
    'tool_finished', 'agent_message', 'run_completed',
  ];
  for (const type of told) assert.ok(types.includes(type), `${type} in ${types}`);
  const finished = events.find((e) => e.type === 'command_finished');
  assert.equal(finished.data.command, 'echo from the shell');
  assert.equal(finished.data.output, 'from the shell\n');
  const unknown = events.filter((e) => e.data.kind === 'unknown_message');
  assert.deepEqual(unknown, []);
  assert.ok(existsSync(file('new')));
});

test('an answer is given as data where a schema asks for it', async () => {
  const output_schema = {
    type: 'object', properties: { n: { type: 'integer' } }, required: ['n'],
    additionalProperties: false,
  };
  const { run_id } = await codex('SAY {"n":7}', { output_schema });

  const view = await t.session.settled(run_id);

  assert.deepEqual(view.result.structured_output, { n: 7 });
});

test('an answer that does not fit is asked for once more, then fails the run', async () => {
  const output_schema = { type: 'object', properties: {}, required: ['n'] };
  const { run_id } = await codex('SAY seven', { output_schema });

  const view = await t.session.settled(run_id);
  const events = await t.session.events(run_id);

  assert.equal(view.status, 'failed');
  assert.match(view.error, /after it was asked for again/);
  const mismatches = events.filter((e) => e.data.kind === 'schema_mismatch');
  assert.equal(mismatches.length, 1);
});

test('an agent killed in a tool is resumed and completes', () =>
  resumesWhenKilledInATool(t, writes, codexProgram));

test('a finished run is continued in the same conversation', async () => {
  const first = await codex('SAY remember me');
  const ended = await t.session.settled(first.run_id);

  const next = await t.session.answer(first.run_id, 'HIST');
  const view = await t.session.settled(next.run_id);

  assert.equal(next.mode, 'resume');
  assert.equal(next.session_id, first.session_id);
  assert.equal(view.backend_session_id, ended.backend_session_id);
  assert.equal(view.result.final_response, 'history: [SAY remember me] [HIST]');
  assert.equal(view.result.usage.input_tokens, 60);
});

test('what is said while a turn runs is the next turn', async () => {
  const [up, go] = [file('up'), file('go')];
  const wait = `touch ${up}; until test -e ${go}; do sleep 0.1; done`;
  const { run_id } = await codex(`RUN ${wait}\nSAY first`, writing);
  await eventually(() => existsSync(up));

  const next = await t.session.answer(run_id, 'HIST');
  writeFileSync(go, '');
  const view = await t.session.settled(run_id);

  assert.equal(next.mode, 'live');
  assert.match(view.result.final_response, /^history: \[RUN touch.*\] \[HIST\]$/);
  assert.equal(view.attempts.length, 1);
});

test('cancelling in a tool leaves nothing of the tree', () =>
  isCancelledInATool(t, writes));

test('a session that is not known fails in words', async () => {
  const first = await codex('SAY hello');
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
