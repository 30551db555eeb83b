// Remote agents as supervised agents: a server on the official SDK, of both versions.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, test } from 'node:test';
import { agentTests, eventually, troupe } from './gateway.mjs';
import { agentOf, processesOf, processesWith } from './processes.mjs';
import { RemoteAgent } from './small_a2a_agent.mjs';

const t = agentTests('claude_code');
const program = join(dirname(troupe), 'troupe-a2a');
const agents = [];

afterEach(() => Promise.allSettled(agents.splice(0).map((agent) => agent.down())));

async function remote(options) {
  const agent = await new RemoteAgent(options).up();
  agents.push(agent);
  return agent;
}

const start = (agent, prompt, { config = {}, ...more } = {}) =>
  t.session.spawn('remote_a2a', {
    prompt, backend_config: { agent_url: agent.url, ...config }, ...more,
  });
const settle = async (started) => t.session.settled((await started).run_id);

async function asked(started) {
  const { run_id } = await started;
  return t.session.settled(run_id, 'attention');
}

const kinds = (events) => events.map((e) => e.data.kind).filter(Boolean);
const holds = (agent) => eventually(() => agent.executor.held.size === 1);

// Everything that is kept of a run, but for how it was started.
function transcriptsOf(run_id) {
  const root = join(t.gateway.state, 'runs', run_id);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'launch.json')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

for (const version of ['1.0', '0.3']) {
  test(`${version}: a turn is answered`, async () => {
    const agent = await remote({ version });

    const view = await settle(start(agent, 'SAY good morning'));

    assert.equal(view.status, 'completed', view.error);
    assert.equal(view.result.final_response, 'good morning');
    assert.deepEqual(agent.executor.metadata[0], { cwd: t.gateway.cwd });
    assert.deepEqual(processesOf(view.run_id), []);
  });

  test(`${version}: artifacts are told and are the result`, async () => {
    const agent = await remote({ version });

    const { run_id } = await start(agent, 'CHUNKS one two\nDATA {"x":1}');
    const events = await t.session.events(run_id);
    const { result } = await t.session.get(run_id);

    const told = events.filter((e) => e.type === 'artifact_added').map((e) => e.data);
    assert.deepEqual(told.map((d) => d.artifact_id), ['chunks', 'data']);
    assert.equal(told[0].text, 'onetwo');
    assert.equal(result.final_response, 'onetwo');
    assert.deepEqual(result.structured_output, { x: 1 });
  });

  test(`${version}: what it asks is answered`, async () => {
    const agent = await remote({ version });

    const view = await asked(start(agent, 'ASK which colour?\nSAY thanks'));
    await t.session.answer(view.run_id, 'green');
    const end = await t.session.settled(view.run_id);

    assert.equal(view.status, 'input_required', JSON.stringify(view));
    assert.equal(view.pending[0].title, 'which colour?');
    assert.equal(end.status, 'completed', end.error);
    assert.equal(end.result.final_response, 'green\n\nthanks');
    assert.deepEqual(agent.prompts, ['ASK which colour?\nSAY thanks', 'green']);
  });

  test(`${version}: a login is waited for`, async () => {
    const agent = await remote({ version });

    const view = await asked(start(agent, 'LOGIN over there\nSAY in'));
    await t.session.answer(view.run_id, 'done');
    const end = await t.session.settled(view.run_id);

    assert.equal(view.status, 'auth_required', JSON.stringify(view));
    assert.equal(view.pending[0].kind, 'auth');
    assert.equal(end.status, 'completed', end.error);
  });

  test(`${version}: cancelling ends the task over there`, async () => {
    const agent = await remote({ version });
    const { run_id } = await start(agent, 'HOLD');
    await holds(agent);

    const cancelled = await t.session.call('cancel_run', { run_id, wait_ms: 30_000 });
    const events = await t.session.events(run_id);

    assert.equal(cancelled.status, 'cancelled');
    assert.ok(kinds(events).includes('remote_cancelled'), kinds(events));
    assert.equal(agent.executor.held.size, 0);
    assert.deepEqual(processesOf(run_id), []);
  });

  test(`${version}: a lost connection is taken up again`, async () => {
    const agent = await remote({ version });
    const { run_id } = await start(agent, 'SAY before\nHOLD\nSAY after');
    await holds(agent);

    await agent.down();
    await agent.up();
    agent.executor.release();
    const events = await t.session.events(run_id);
    const view = await t.session.get(run_id);

    assert.equal(view.status, 'completed', view.error);
    assert.equal(view.attempts.length, 1);
    assert.equal(agent.prompts.length, 1);
    assert.equal(view.result.final_response, 'before\n\nafter');
    assert.ok(kinds(events).includes('reconnecting'), kinds(events));
  });
}

test('an agent without streams is polled', async () => {
  const agent = await remote({ streaming: false });
  const { run_id } = await start(agent, 'HOLD\nSAY at last');
  await holds(agent);

  agent.executor.release();
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, 'at last');
});

test('a task outlives the process that speaks with its agent', async () => {
  const agent = await remote();
  const { run_id } = await start(agent, 'HOLD\nSAY done', { restart: { backoff_ms: 10 } });
  await holds(agent);

  process.kill(agentOf(run_id, program).pid, 'SIGKILL');
  await eventually(async () => (await t.session.get(run_id)).attempts.length === 2);
  agent.executor.release();
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.restarts, 1);
  assert.equal(view.attempts[0].exit.signal, 9);
  assert.equal(view.result.final_response, 'done');
  assert.deepEqual(agent.prompts, ['HOLD\nSAY done']);
});

test('a task outlives the supervisor, and is asked about once', async () => {
  const agent = await remote();
  const { run_id } = await asked(start(agent, 'ASK go on?\nSAY done'));

  const marker = `XDG_RUNTIME_DIR=${t.gateway.env.XDG_RUNTIME_DIR}`;
  const supervisor = processesWith(marker)
    .find((p) => p.program.endsWith('/troupe-supervisor'));
  process.kill(supervisor.pid, 'SIGKILL');
  await eventually(async () => (await t.session.get(run_id)).pending.length === 1);
  await t.session.answer(run_id, 'yes');
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.attempts.length, 1);
  assert.deepEqual(agent.prompts, ['ASK go on?\nSAY done', 'yes']);
});

test('an agent that forgets its task is told all of it again', async () => {
  const agent = await remote();
  const { run_id } = await start(agent, 'HOLD\nSAY done', { restart: { backoff_ms: 10 } });
  await holds(agent);

  await agent.down();
  agent.forget();
  await agent.up();
  await eventually(() => agent.prompts.length === 2);
  agent.executor.release();
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.attempts[0].exit.reason, 'lost');
  assert.match(agent.prompts[1], /^Notice from the supervisor[^]*\n\nHOLD\nSAY done$/);
});

test('a finished run is continued in the same context', async () => {
  const agent = await remote();
  const ended = await settle(start(agent, 'SAY one'));

  const next = await t.session.answer(ended.run_id, 'SAY two');
  const view = await t.session.settled(next.run_id);

  const context = (run) => JSON.parse(run.backend_session_id).context;
  assert.equal(view.status, 'completed', view.error);
  assert.equal(view.result.final_response, 'two');
  assert.equal(context(view), context(ended));
});

test('failure and refusal are told in the words of the agent', async () => {
  const agent = await remote();

  const failed = await settle(start(agent, 'FAIL it broke'));
  const refused = await settle(start(agent, 'REJECT no thanks'));

  assert.equal(failed.exit.reason, 'agent_error');
  assert.match(failed.error, /it broke/);
  assert.match(refused.error, /refuses the task: no thanks/);
});

test('a token opens the door and shows nowhere', async () => {
  const token = 'a-very-secret-token';
  const agent = await remote({ token });
  const { run_id } = await start(agent, 'HOLD\nSAY in', { config: { token } });
  await holds(agent);

  const { pid } = agentOf(run_id, program);
  const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  agent.executor.release();
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', view.error);
  assert.ok(!argv.includes(token));
  assert.ok(!JSON.stringify(view).includes(token));
  assert.ok(!transcriptsOf(run_id).includes(token));
});

test('a token from the environment of the run opens it too', async () => {
  const agent = await remote({ token: 'from-the-environment' });

  const view = await settle(start(agent, 'SAY in', {
    config: { token_env: 'MY_TOKEN' }, env: { MY_TOKEN: 'from-the-environment' },
  }));

  assert.equal(view.status, 'completed', view.error);
});

test('a wrong token ends the run, and is not told on', async () => {
  const agent = await remote({ token: 'the-right-one' });

  const view = await settle(start(agent, 'SAY in', { config: { token: 'the-wrong-one' } }));

  assert.equal(view.status, 'failed');
  assert.equal(view.exit.reason, 'auth');
  assert.match(view.error, /401: not allowed: \*\*\*/);
  assert.ok(!transcriptsOf(view.run_id).includes('the-wrong-one'));
});

test('an event that is too large ends the run', async () => {
  const agent = await remote();

  const view = await settle(start(agent, `BIG ${9 * 1024 * 1024}\nSAY x`));

  assert.equal(view.exit.reason, 'agent_error');
  assert.match(view.error, /larger than 8 MiB/);
});

test('an agent that is not there is tried, then waited for', async () => {
  const agent = await remote();
  await agent.down();

  const { run_id } = await start(agent, 'SAY x', { restart: { max_restarts: 0 } });
  const view = await t.session.settled(run_id);
  await agent.up();

  assert.equal(view.exit.reason, 'overloaded');
  assert.match(view.error, /cannot be reached/);
});

const openssl = existsSync('/usr/bin/openssl');

function certificate(name) {
  const [key, cert] = [t.file(`${name}.key`), t.file(`${name}.crt`)];
  execFileSync('/usr/bin/openssl', [
    'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key,
    '-out', cert, '-subj', '/CN=test', '-addext', `subjectAltName=${name}`,
  ], { stdio: 'ignore' });
  return { file: cert, key: readFileSync(key), cert: readFileSync(cert) };
}

test('certificates are verified', { skip: openssl ? false : 'SKIPPED: no openssl' },
  async () => {
    const good = certificate('IP:127.0.0.1');
    const other = certificate('DNS:other.test');
    const agent = await remote({ tls: good });
    const elsewhere = await remote({ tls: other });
    const trusting = (file) => ({ env: { SSL_CERT_FILE: file } });

    const trusted = await settle(start(agent, 'SAY safely', trusting(good.file)));
    const unknown = await settle(start(agent, 'SAY x'));
    const misnamed = await settle(start(elsewhere, 'SAY x', trusting(other.file)));

    assert.equal(trusted.status, 'completed', trusted.error);
    for (const view of [unknown, misnamed]) {
      assert.equal(view.exit.reason, 'agent_error');
      assert.match(view.error, /certificate is not trusted/);
    }
    assert.deepEqual(elsewhere.prompts, []);
  });
