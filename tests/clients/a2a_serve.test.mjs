// A backend served as a remote agent: to the official SDK, and to another Troupe.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SendMessageRequest, TaskState } from '@a2a-js/sdk';
import { ClientFactory } from '@a2a-js/sdk/client';
import { Gateway, agentTests, eventually, troupe } from './gateway.mjs';
import { processesOf } from './processes.mjs';

const worker = join(dirname(fileURLToPath(import.meta.url)), 'small_worker.mjs');
const t = agentTests('claude_code');
let far;

before(() => {
  far = { root: realpathSync(mkdtempSync(join(tmpdir(), 'troupe-far-'))) };
  far.config = join(far.root, 'troupe.yml');
  writeFileSync(far.config, JSON.stringify({
    backends: {
      worker: {
        type: 'process', command: [process.execPath, worker],
        backend_config: { stdin: 'json' },
      },
    },
  }));
});
after(() => rmSync(far.root, { recursive: true, force: true }));

// The other Troupe, and what `troupe a2a serve` prints there.
beforeEach(async () => {
  far.gateway = new Gateway({ more: { TROUPE_CONFIG: far.config } });
  far.session = await far.gateway.connect();
});
afterEach(async () => {
  far.server?.kill();
  await far.gateway.close();
});

async function serve(...options) {
  const cwd = realpathSync(far.gateway.cwd);
  const given = [
    'a2a', 'serve', '--backend', 'worker', '--cwd', cwd,
    '--state-dir', far.gateway.state, ...options,
  ];
  far.server = spawn(troupe, given, {
    env: far.gateway.env, cwd, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = {};
  for await (const line of createInterface({ input: far.server.stdout })) {
    const [, name, value] = /^(\w+): (.*)$/.exec(line);
    printed[name] = value;
    if (name === 'spawn_run') break;
  }
  return { ...printed, ...JSON.parse(printed.spawn_run), cwd };
}

const start = (served, prompt, more = {}) =>
  t.session.call('spawn_run', {
    backend: served.backend, backend_config: served.backend_config, prompt,
    cwd: served.cwd, ...more,
  });
const settle = async (started) => t.session.settled((await started).run_id);

test('what it prints is ready to be spawned', async () => {
  const served = await serve();

  const view = await settle(start(served, 'SAY from afar\nCWD'));
  const [run] = (await far.session.call('list_runs', {})).runs;

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, `from afar | ${served.cwd}`);
  assert.equal(run.backend, 'worker');
  assert.equal(run.status, 'completed');
});

test('a question goes there and its answer back', async () => {
  const served = await serve();
  const { run_id } = await start(served, 'ASK which colour?');

  const asked = await t.session.settled(run_id, 'attention');
  await t.session.answer(run_id, 'green');
  const view = await t.session.settled(run_id);

  assert.equal(asked.pending[0].title, 'which colour?');
  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, 'green');
});

test('a run that is cancelled here is gone there', async () => {
  const served = await serve();
  const up = join(served.cwd, 'up');
  const { run_id } = await start(served, `HANG ${up}`);
  await eventually(() => existsSync(up));
  const [run] = (await far.session.call('list_runs', {})).runs;
  assert.equal(processesOf(run.run_id).length, 1);

  const cancelled = await t.session.call('cancel_run', { run_id, wait_ms: 40_000 });
  const events = await t.session.events(run_id);

  assert.equal(cancelled.status, 'cancelled');
  assert.ok(events.some((e) => e.data.kind === 'remote_cancelled'));
  assert.deepEqual(processesOf(run.run_id), []);
  assert.equal((await far.session.get(run.run_id)).status, 'cancelled');
});

test('a continued run goes on in the same context', async () => {
  const served = await serve();
  const ended = await settle(start(served, 'SAY one'));

  const next = await t.session.answer(ended.run_id, 'SAY two');
  const view = await t.session.settled(next.run_id);
  const { runs } = await far.session.call('list_runs', {});

  assert.equal(view.result.final_response, 'two', view.error);
  assert.equal(runs.length, 2);
  assert.equal(runs[0].session_id, runs[1].session_id);
});

test('a context is at or below what is served', async () => {
  const served = await serve();
  const below = join(served.cwd, 'below');
  mkdirSync(below);

  const inside = await settle(start(served, 'CWD', { cwd: below }));
  const outside = await settle(start(served, 'CWD', { cwd: tmpdir() }));

  assert.equal(inside.result.final_response, below, inside.error);
  assert.equal(outside.status, 'failed');
  assert.match(outside.error, /must be a directory at or below/);
});

test('failure is told in the words of the far one', async () => {
  const served = await serve();

  const view = await settle(start(served, 'FAIL it broke'));

  assert.equal(view.exit.reason, 'agent_error');
  assert.match(view.error, /it broke/);
});

test('nobody comes in without the token, unless that is said', async () => {
  const served = await serve();
  const { agent_url } = served;

  const view = await settle(start(
    { ...served, backend_config: { agent_url } }, 'SAY x'));
  far.server.kill();
  const open = await serve('--no-token');
  const free = await settle(start(open, 'SAY in'));

  assert.equal(view.exit.reason, 'auth');
  assert.equal(open.backend_config.token, undefined);
  assert.equal(free.status, 'completed', free.error);
});

test('whatever is sent, it is answered, and pages of a browser are refused', async () => {
  const { agent_url } = await serve('--no-token');
  const post = (body, headers = {}) =>
    fetch(agent_url, { method: 'POST', headers, body: JSON.stringify(body) });
  const odd = (params) =>
    post({ jsonrpc: '2.0', id: 1, method: 'message/send', params });
  const parts = [{ kind: 'text', text: 'SAY x' }];

  const answers = await Promise.all([
    odd(null), odd({ message: [] }), odd({ message: { parts: 7 } }),
    odd({ message: { parts }, configuration: { blocking: 'no' } }),
    post([]), post({ method: 5 }),
  ]);
  const page = await post({}, { origin: 'http://evil.example' });

  for (const answer of answers) assert.equal(answer.status, 200);
  assert.equal(page.status, 403);
  assert.equal((await fetch(`${agent_url}/.well-known/agent-card.json`)).status, 200);
});

test('the official client sends, streams, gets, lists and cancels', async () => {
  const served = await serve('--no-token');
  const client = await new ClientFactory().createFromUrl(served.agent_url);
  const request = (text) => SendMessageRequest.fromJSON({
    message: { messageId: `m-${text}`, role: 'ROLE_USER', parts: [{ text }] },
  });
  const stateOf = (task) => TaskState[task.status.state];

  const sent = await client.sendMessage(request('SAY one'));
  const states = [];
  for await (const event of client.sendMessageStream(request('SAY two'))) {
    states.push(event.payload?.$case ?? event.kind);
  }
  const got = await client.getTask({ id: sent.id });
  const up = join(served.cwd, 'hangs');
  const hanging = await client.sendMessage(SendMessageRequest.fromJSON({
    message: { messageId: 'm3', role: 'ROLE_USER', parts: [{ text: `HANG ${up}` }] },
    configuration: { returnImmediately: true },
  }));
  await eventually(() => existsSync(up));
  const cancelled = await client.cancelTask({ id: hanging.id });
  const { tasks } = await client.listTasks({});

  assert.equal(stateOf(sent), 'TASK_STATE_COMPLETED');
  assert.equal(stateOf(got), 'TASK_STATE_COMPLETED');
  assert.equal(states[0], 'task');
  assert.equal(states.at(-1), 'statusUpdate');
  assert.ok(states.includes('artifactUpdate'));
  assert.equal(stateOf(cancelled), 'TASK_STATE_CANCELED');
  assert.deepEqual(processesOf(hanging.id), []);
  assert.equal(tasks.length, 3);
  await assert.rejects(client.getTask({ id: 'nope' }), /no such task/);
});
