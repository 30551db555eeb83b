// The official SDK's client against the built program: what any MCP client relies on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { Gateway, eventually } from './gateway.mjs';
import { cpuTicksOf, processesOf } from './processes.mjs';

const runTools = [
  'spawn_run', 'get_run', 'poll_events', 'cancel_run', 'continue_run', 'list_runs',
  'wait_runs',
];
const endless = 'while :; do sleep 1; done';

let gateway;
let session;

before(async () => {
  gateway = new Gateway();
  session = await gateway.connect();
});

after(() => gateway.close());

test('initialize names the server and offers tools', () => {
  const { client } = session;

  assert.match(client.getServerVersion().name, /troupe/i);
  assert.ok(client.getServerCapabilities().tools);
});

test('every tool has a name, a description, hints and valid schemas', async () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });

  const tools = await session.tools();

  for (const name of runTools) assert.ok(tools.some((t) => t.name === name), name);
  for (const tool of tools) {
    assert.match(tool.name, /^[A-Za-z0-9_.-]{1,128}$/);
    assert.ok(tool.description.length > 0, tool.name);
    assert.equal(typeof tool.annotations.readOnlyHint, 'boolean', tool.name);
    assert.equal(tool.inputSchema.type, 'object', tool.name);
    ajv.compile(tool.inputSchema);
    if (tool.outputSchema) ajv.compile(tool.outputSchema);
  }
});

test('the lines of a process are its events, in order and without gaps', async () => {
  const { run_id } = await session.shell('echo one; echo two; echo three');

  const events = await session.events(run_id);

  assert.deepEqual(events.map((e) => e.seq), events.map((_, i) => i + 1));
  const told = events.map((e) => JSON.stringify(e.data)).join('\n');
  const places = ['one', 'two', 'three'].map((word) => told.indexOf(word));
  assert.ok(places[0] >= 0 && places[0] < places[1] && places[1] < places[2], told);
  const types = events.map((e) => e.type);
  const working = events.findIndex((e) => e.data.phase === 'working');
  assert.deepEqual(types.slice(-2), ['run_completed', 'status_changed']);
  assert.equal(events.at(-1).data.status, 'completed');
  assert.ok(working < types.indexOf('agent_message'), types.join());
  assert.ok(!types.includes('warning'), told);
});

test('a finished process shows its answer and the proof that it is gone', async () => {
  const { run_id, status } = await session.shell('echo the answer');

  const view = await session.settled(run_id);

  assert.ok(['queued', 'running'].includes(status), status);
  assert.equal(view.status, 'completed');
  assert.match(view.result.final_response, /the answer/);
  assert.match(view.attempts[0].proof, /^(cgroup|subtree)$/);
  assert.deepEqual(processesOf(run_id), []);
});

test('a process that fails once is started again and completes', async () => {
  const flag = join(gateway.cwd, 'once');
  const failOnce = `test -e ${flag} || { touch ${flag}; exit 3; }; echo recovered`;
  const { run_id } = await session.shell(failOnce, { restart: { backoff_ms: 10 } });

  const view = await session.settled(run_id);

  assert.equal(view.status, 'completed');
  assert.equal(view.restarts, 1);
  assert.equal(view.attempts.length, 2);
  assert.equal(view.attempts[0].exit.code, 3);
});

test('a process that may not be restarted fails with its exit code', async () => {
  const { run_id } = await session.shell('exit 3', { restart: { type: 'temporary' } });

  const view = await session.settled(run_id);

  assert.equal(view.status, 'failed');
  assert.equal(view.exit.reason, 'crashed');
  assert.equal(view.exit.code, 3);
  assert.equal(view.attempts.length, 1);
});

test('a cancelled process leaves nothing of its tree', async () => {
  const script = `setsid sh -c '${endless}' & echo up; ${endless}`;
  const { run_id } = await session.shell(script);
  await eventually(() => processesOf(run_id).length >= 3);

  const cancelled = await session.call('cancel_run', { run_id, reason: 'enough' });

  assert.equal(cancelled.status, 'cancelled');
  assert.deepEqual(processesOf(run_id), []);
  assert.equal((await session.get(run_id)).status, 'cancelled');
});

test('a run outlives the client that started it', async () => {
  const doomed = await gateway.connect();
  const flag = join(gateway.cwd, 'go');
  const { run_id } = await doomed.shell(
    `echo up; until test -e ${flag}; do sleep 0.1; done; echo on alone`,
  );
  await eventually(() => processesOf(run_id).length > 0);

  process.kill(doomed.pid, 'SIGKILL');
  const next = await gateway.connect();
  const before = await next.get(run_id);
  const { run_id: opener } = await next.shell(`touch ${flag}`);
  const view = await next.settled(run_id);

  assert.equal(before.status, 'running');
  assert.equal((await next.settled(opener)).status, 'completed');
  assert.equal(view.status, 'completed');
  assert.match(view.result.final_response, /on alone/);
});

test('the daemon rests while an agent works', async () => {
  const { run_id } = await session.shell(`echo up; ${endless}`);
  const { last_seq } = await eventually(async () => {
    const view = await session.get(run_id);
    return view.phase === 'working' && view;
  });

  const before = cpuTicksOf(gateway.daemonPid());
  await session.call('poll_events', { run_id, after_seq: last_seq, wait_ms: 2_000 });
  const used = cpuTicksOf(gateway.daemonPid()) - before;

  await session.call('cancel_run', { run_id });
  assert.ok(used < 10, `${used} ticks of 10 ms in 2 s`);
});

test('a long poll holds up no other call', async () => {
  const { run_id } = await session.shell(`echo up; ${endless}`);
  const { last_seq } = await eventually(async () => {
    const page = await session.call('poll_events', { run_id, wait_ms: 0 });
    return page.events.some((e) => e.type === 'agent_message') && page;
  });

  const ask = { run_id, after_seq: last_seq, wait_ms: 30_000 };
  const poll = session.call('poll_events', ask);
  const first = await Promise.race([poll, session.get(run_id)]);

  assert.equal(first.phase, 'working');
  await session.call('cancel_run', { run_id });
  assert.ok((await poll).next_after_seq > last_seq);
});

test('twenty runs at once all answer for themselves', async () => {
  const numbers = [...Array(20).keys()];

  const runs = await Promise.all(
    numbers.map((n) => session.shell(`echo number ${n}`)),
  );
  const run_ids = runs.map((r) => r.run_id);
  await eventually(async () => {
    const wait = { run_ids, mode: 'all', wait_ms: 20_000 };
    return (await session.call('wait_runs', wait)).satisfied;
  });
  const views = await Promise.all(run_ids.map((id) => session.get(id)));

  assert.deepEqual(views.map((v) => v.result.final_response.trim()),
    numbers.map((n) => `number ${n}`));
});

test('the same idempotency key answers with the same run', async () => {
  const more = { idempotency_key: 'only once' };

  const first = await session.shell(`echo x >>${gateway.cwd}/count`, more);
  const again = await session.shell(`echo x >>${gateway.cwd}/count`, more);
  await session.settled(first.run_id);

  assert.equal(again.run_id, first.run_id);
  assert.equal(readFileSync(join(gateway.cwd, 'count'), 'utf8'), 'x\n');
});

test('a nickname finds its run, and a list shows it', async () => {
  const named = { nickname: 'herald', role: 'crier' };
  const { run_id } = await session.shell('echo hi', named);
  await session.settled(run_id);

  const { cwd } = gateway;
  const view = await session.call('get_run', { agent_name: 'herald', cwd });
  const { runs } = await session.call('list_runs', { backend: 'process', limit: 100 });

  assert.equal(view.run_id, run_id);
  assert.equal(runs.find((r) => r.run_id === run_id).role, 'crier');
});

test('wrong arguments are refused in words that name them', async () => {
  const config = { command: ['true'] };

  const unknownField = await session.refusal('spawn_run', {
    backend: 'process', promt: 'go', backend_config: config,
  });
  const unknownBackend = await session.refusal('spawn_run', {
    backend: 'procss', prompt: 'go',
  });
  const unknownRun = await session.refusal('get_run', { run_id: 'r_nonesuch' });

  assert.match(unknownField, /promt/);
  assert.match(unknownBackend, /procss/);
  assert.match(unknownRun, /r_nonesuch/);
});

test('stopping the daemon cancels what runs, and the next one remembers', async (t) => {
  const other = new Gateway();
  t.after(() => other.close());
  const first = await other.connect();
  const { run_id } = await first.shell(endless);
  await eventually(() => processesOf(run_id).length > 0);

  await other.stopDaemon();
  const left = processesOf(run_id);
  const second = await other.connect();
  const view = await second.get(run_id);

  assert.deepEqual(left, []);
  assert.equal(view.status, 'cancelled');
  assert.equal(view.exit.reason, 'shutdown');
});
