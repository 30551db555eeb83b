// What the backend acp does that the real agents do not show (scenarios.mjs): with the
// small agent of the tests, and plans with claude-agent-acp.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallCommand } from './acp_env.mjs';
import { agentTests, dataMessage, eventually } from './gateway.mjs';
import { processesOf, processesWith } from './processes.mjs';

const t = agentTests('claude-agent-acp');
const { file } = t;

const small = (prompt, { config = {}, ...more } = {}) =>
  t.session.spawn('acp', {
    prompt, backend_config: { command: smallCommand, ...config }, ...more,
  });

const supervisorPid = () =>
  processesWith(`XDG_RUNTIME_DIR=${t.gateway.env.XDG_RUNTIME_DIR}`)
    .find(({ program }) => program.endsWith('/troupe-supervisor')).pid;
const settle = async (started) => t.session.settled((await started).run_id);
const answered = (run_id, decision) =>
  t.session.answer(run_id, dataMessage({ decision }));

test('the plan of the real agent is told beside what it does', async () => {
  const script = 'THINK hard\nTODO a; b\nRUN echo from the shell\nSAY done';
  const { run_id } = await t.start(script, { permissions: { allow: ['Bash'] } });

  const events = await t.session.events(run_id);

  const types = events.map((e) => e.type);
  const told = [
    'reasoning', 'todo_updated', 'command_started', 'command_finished', 'agent_message',
  ];
  for (const type of told) assert.ok(types.includes(type), `${type} in ${types}`);
  assert.equal(types.filter((type) => type === 'command_started').length, 1);
  const finished = events.find((e) => e.type === 'command_finished');
  assert.match(JSON.stringify(finished.data), /from the shell/);
});

test('files are read and written inside the directory of the run alone', async () => {
  const secret = join(t.gateway.directory('elsewhere'), 'secret.txt');
  writeFileSync(secret, 'secret');
  writeFileSync(file('there.txt'), 'one\ntwo\nthree\n');
  symlinkSync(secret, file('link.txt'));
  const { run_id } = await small([
    `READ ${file('there.txt')} 2 1`, `READ ${secret}`, `READ ${file('link.txt')}`,
    `WRITE ${file('new.txt')} some words`, `WRITE ${file('link.txt')} mine`,
  ].join('\n'));

  const events = await t.session.events(run_id);
  const view = await t.session.get(run_id);

  assert.equal(view.status, 'completed', view.error);
  const said = events.filter((e) => e.type === 'agent_message').map((e) => e.data.text);
  assert.match(said.join(' '), /read: two/);
  assert.doesNotMatch(said.join(' '), /read: secret/);
  assert.equal(readFileSync(file('new.txt'), 'utf8'), 'some words');
  assert.equal(readFileSync(secret, 'utf8'), 'secret');
  const changed = events.filter((e) => e.type === 'file_changed').map((e) => e.data);
  assert.deepEqual(changed, [{ change: 'create', path: file('new.txt') }]);
  const refused = events.filter((e) => e.data.kind === 'file_refused');
  assert.equal(refused.length, 3);
});

test('files of a run whose supervisor dies are written all the same', async () => {
  const { run_id } = await small(
    `WRITE ${file('first.txt')} one\nASK go on\nWRITE ${file('second.txt')} two`);
  await t.session.settled(run_id, 'attention');

  process.kill(supervisorPid(), 'SIGKILL');
  await eventually(async () =>
    (await t.session.get(run_id)).pending.length === 1);
  await answered(run_id, 'allow');
  const view = await t.session.settled(run_id);
  const events = await t.session.events(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.attempts.length, 1);
  assert.equal(readFileSync(file('second.txt'), 'utf8'), 'two');
  const changed = events.filter((e) => e.type === 'file_changed').map((e) => e.data.path);
  assert.deepEqual(changed, [file('first.txt'), file('second.txt')]);
});

test('a confined run is not served files', async (context) => {
  const view = await settle(small(`READ ${file('x')}`, { confine: {} }));

  if (view.exit?.reason === 'spawn_failed') {
    return context.skip(`SKIPPED: nothing is confined here: ${view.error}`);
  }
  assert.equal(view.status, 'completed', view.error);
  assert.match(view.result.final_response, /^not read: this host does not take fs/);
});

test('a session that is loaded is not told again', async () => {
  const ended = await settle(small('SAY once'));

  const next = await t.session.answer(ended.run_id, 'HIST');
  const view = await t.session.settled(next.run_id);
  const events = await t.session.events(next.run_id);

  assert.equal(view.result.final_response, 'history: SAY once | HIST');
  const said = events.filter((e) => e.type === 'agent_message');
  assert.equal(said.length, 1);
});

test('an agent that does not leave is ended after its answer', async () => {
  const view = await settle(small('SAY done', {
    env: { SMALL_ACP_STAYS: '1' }, limits: { linger_s: 1 },
  }));

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, 'done');
  assert.equal(view.attempts.length, 1);
  assert.deepEqual(processesOf(view.run_id), []);
});

test('the draft is spoken where it is offered and taken', async () => {
  const view = await settle(small('PLAN a; b\nSAY from the draft', {
    env: { SMALL_ACP_VERSION: '2' }, config: { protocol_version: 2 },
  }));

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, 'from the draft');
});

test('an unknown mode names those there are', async () => {
  const view = await settle(small('SAY x', { config: { permission_mode: 'wild' } }));

  assert.equal(view.status, 'failed');
  assert.match(view.error, /no mode wild; there are: careful, bold/);
});
