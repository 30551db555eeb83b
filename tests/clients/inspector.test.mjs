// The Inspector's CLI against `troupe mcp`: every tool, resource, template and prompt is
// listed and called. Each call is a client of its own; what they start, the daemon keeps.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { eras } from './fixture.mjs';
import { Gateway, eventually } from './gateway.mjs';
import { Inspector, ended } from './inspector.mjs';
import { startStub } from './stub_llm.mjs';

const endless = 'while :; do sleep 1; done';
const asks = `read -r turn
echo '{"type":"input_required","request_id":"p1","kind":"permission","title":"Read it?"}'
read -r answer
echo '{"type":"run_completed","final_response":"went on"}'`;
// An event that no answer has room for.
const long = `printf '{"type":"agent_message","text":"%040000d"}\\n' 7`;

const called = new Set();
let stub;
let gateway;
let session; // Of the SDK, for what is not to be shown here.
let its;     // Inspectors, by era.

before(async () => {
  stub = await startStub();
  gateway = new Gateway({ url: stub.url });
  const git = (...words) => execFileSync('git', words, { cwd: gateway.cwd });
  git('init', '-q');
  git('-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-q', '--allow-empty', '-m', 'one');
  session = await gateway.connect();
  const { command, args } = gateway.serve;
  const server = { command, args: [...args, '--toolsets', 'all'], env: gateway.env };
  its = Object.fromEntries(Object.keys(eras).map((era) => [era, new Inspector(server, era)]));
});

after(async () => {
  Object.values(its).forEach((it) => it.close());
  await gateway.close();
  await stub.close();
});

const shell = (script, more = {}) => ({
  backend: 'process', prompt: 'go', cwd: gateway.cwd,
  backend_config: { command: ['sh', '-c', script], ...more.backend_config },
  ...more.ask,
});

// What a tool answers to a call that has to succeed, in one era and then in the other.
async function call(name, args) {
  const it = called.size % 2 ? its.legacy : its.modern;
  called.add(name);
  const { code, result, told } = await it.call(name, args);
  assert.equal(code, ended.well, `${name}: ${told} ${JSON.stringify(result)}`);
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
  return result.structuredContent;
}

// A run of this script that has ended, or asks.
async function run(script, more) {
  const { run_id } = await session.call('spawn_run', shell(script, more));
  return session.settled(run_id, 'attention');
}

test('a run is started, waited for, answered and read', async () => {
  const { run_id } = await call('spawn_run', shell(asks, { backend_config: { stdin: 'json' } }));
  const { runs: [{ status }] } = await call('wait_runs', { run_ids: [run_id] });
  const { requests } = await call('list_pending', { run_id });
  const asking = await call('get_run', { run_id });
  await call('continue_run', { run_id, input_message: 'allow' });
  await session.settled(run_id);
  const { events } = await call('poll_events', { run_id });
  const { runs } = await call('list_runs', { limit: 1 });

  assert.equal(status, 'input_required');
  assert.deepEqual(requests.map((r) => r.title), ['Read it?']);
  assert.equal(asking.pending[0].request_id, 'p1');
  assert.equal(events.at(-1).data.status, 'completed');
  assert.equal(runs[0].run_id, run_id);
});

test('an event that was shortened is had whole', async () => {
  const { run_id } = await run(long);
  const events = await session.events(run_id);
  const { seq, data } = events.find((e) => e.data.truncated);
  const [field_path] = Object.keys(data.truncated);

  const whole = await call('get_event_artifact', { run_id, seq, field_path });

  assert.equal(whole.total_bytes, 40_000);
  assert.match(whole.content, /^0+7$/);
});

test('a run is restarted, explained and stopped', async () => {
  const { run_id } = await session.shell(`echo up; ${endless}`);
  await eventually(async () => (await session.get(run_id)).phase === 'working');

  const restarted = await call('restart_run', { run_id, reason: 'asked to' });
  const { decisions } = await call('why', { id: run_id });
  const stopped = await call('cancel_run', { run_id });

  assert.equal(restarted.next_attempt, 2);
  assert.match(JSON.stringify(decisions), /restarted by order/);
  assert.equal(stopped.status, 'cancelled');
});

test('a team is started, seen in the tree and stopped', async () => {
  const members = ['one', 'two'].map((name) => ({ name, run: shell(`echo up; ${endless}`) }));

  const { team_id } = await call('spawn_team', { members });
  const { teams } = await call('get_tree', { team: team_id });
  const { phase } = await call('cancel_team', { team: team_id });

  assert.deepEqual(teams[0].members.map((m) => m.path), ['one', 'two']);
  assert.equal(phase, 'cancelled');
});

test('the worktree of a run is compared, kept from harm and removed', async () => {
  const apart = { ask: { isolation: 'worktree' } };
  const { run_id } = await run('echo work >new.txt', apart);
  const { run_id: clean } = await run('true', apart);

  const { files } = await call('get_diff', { run_id });
  const { worktrees } = await call('list_worktrees', {});
  const refused = await its.modern.call('remove_worktree', { run_id });
  const removed = await call('remove_worktree', { run_id: clean });

  assert.deepEqual(files.map((f) => f.path), ['new.txt']);
  assert.ok(worktrees.some((w) => w.run_id === run_id), JSON.stringify(worktrees));
  assert.equal(refused.code, ended.toolError);
  assert.match(refused.result.content[0].text, /new\.txt|commit/);
  assert.equal(removed.run_id, clean);
});

test('agents are listed, written to and their inboxes read', async () => {
  const { agent_name } = await session.call('spawn_run', shell(asks, {
    ask: { nickname: 'reader' }, backend_config: { stdin: 'json' },
  }));

  const { agents } = await call('list_agents', {});
  const { message_id } = await call('send_agent_message', {
    to_agent_name: agent_name, message: 'hello',
  });
  const { messages } = await call('fetch_agent_messages', { agent_name });

  assert.ok(agents.some((a) => a.agent_name === agent_name), JSON.stringify(agents));
  assert.deepEqual(messages.map((m) => m.message_id), [message_id]);
});

test('sessions of Claude Code are started, seen, listed and killed', async () => {
  const { session_id } = await call('start_claude_session', { prompt: 'HANG', cwd: gateway.cwd });
  const seen = await call('get_claude_session', { session_id });
  const { sessions } = await call('list_claude_sessions', {});
  const { killed } = await call('kill_claude_session', { session_id });

  assert.ok(['queued', 'running'].includes(seen.status), seen.status);
  assert.equal(sessions[0].session_id, session_id);
  assert.equal(killed, true);
});

for (const [era, revision] of Object.entries(eras)) {
  describe(`troupe mcp in the ${era} era`, () => {
    test('says who it is, and in which revision', async () => {
      const told = await its[era].get('initialize');

      assert.equal(told.serverInfo.name, 'troupe');
      assert.equal(told.protocolVersion, revision);
      assert.match(told.instructions, /spawn_run/);
    });

    test('lists no tool that was left out above', async () => {
      const { tools } = await its[era].get('tools/list');

      assert.deepEqual(tools.map((t) => t.name).sort(), [...called].sort());
    });

    test('gives every resource that is listed', async () => {
      const { resources } = await its[era].get('resources/list');

      const alone = resources.filter((r) => !/^troupe:\/\/runs\/./.test(r.uri));
      for (const { uri, mimeType } of [...alone, resources.at(-1)]) {
        const [one] = (await its[era].read(uri)).contents;
        assert.deepEqual([one.uri, one.mimeType], [uri, mimeType]);
        assert.ok(JSON.parse(one.text));
      }
      assert.deepEqual(alone.map((r) => r.uri).sort(), [
        'troupe://runs', 'troupe://sessions', 'troupe://tree',
      ]);
    });

    test('gives something by every template that is listed', async () => {
      const { run_id, session_id } = await run('echo words of an agent');
      const filled = (template) =>
        template.replace('{run_id}', run_id).replace('{session_id}', session_id)
          .replace('{?after_seq}', '?after_seq=0');

      const { resourceTemplates } = await its[era].get('resources/templates/list');

      assert.equal(resourceTemplates.length, 5);
      for (const { uriTemplate, mimeType } of resourceTemplates) {
        const uri = filled(uriTemplate);
        const [one] = (await its[era].read(uri)).contents;
        assert.equal(one.mimeType, mimeType, uri);
        assert.match(one.text, new RegExp(`words of an agent|${run_id}`), uri);
      }
    });

    test('gives every prompt that is listed', async () => {
      const { run_id } = await run('echo words of an agent');
      const given = {
        coordinate: { task: 'paint it' }, review: { run: run_id }, diagnose: { run: run_id },
      };

      const { prompts } = await its[era].get('prompts/list');

      assert.deepEqual(prompts.map((p) => p.name).sort(), Object.keys(given).sort());
      for (const { name } of prompts) {
        const { messages } = await its[era].prompt(name, given[name]);
        const [said] = Object.values(given[name]);
        assert.ok(messages.at(-1).content.text.includes(said), JSON.stringify(messages));
      }
    });
  });
}

describe('troupe over HTTP', () => {
  let door;

  before(async () => {
    await gateway.stopDaemon();
    door = await gateway.openHttp();
  });

  for (const era of Object.keys(eras)) {
    test(`tools are listed and called in the ${era} era, with the token alone`, async (t) => {
      const { url, authorization } = door;
      const headers = { Authorization: authorization };
      const me = new Inspector({ type: 'streamable-http', url, headers }, era);
      const stranger = new Inspector({ type: 'streamable-http', url }, era);
      t.after(() => [me, stranger].forEach((each) => each.close()));

      const { tools } = await me.get('tools/list');
      const { code, result, told } = await me.call('list_runs', { limit: 1 });
      const refused = await stranger.ask('tools/list');

      assert.ok(tools.some((tool) => tool.name === 'spawn_run'));
      assert.equal(code, ended.well, told);
      assert.ok(result.structuredContent.total > 0);
      assert.equal(refused.code, ended.unauthorized, refused.told);
    });
  }
});
