// The real Claude Code at a terminal leaves a long wait to the gateway as a task (MCP
// 2026-07-28, io.modelcontextprotocol/tasks), goes on, and is woken with the result. In
// print mode it does not declare the extension, and waits.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { claudeProgram } from './claude_env.mjs';
import { Gateway, eventually } from './gateway.mjs';
import { calls, converse } from './mcp_client.mjs';
import { startStub } from './stub_llm.mjs';
import { textOf } from './stub_script.mjs';

let stub;
let gateway;

before(async () => {
  stub = await startStub();
  gateway = new Gateway({ url: stub.url });
});

after(async () => {
  await gateway.close();
  await stub.close();
});

// What a person has answered before, once and for all.
function settle() {
  const answered = {
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    customApiKeyResponses: { approved: ['stub-key'], rejected: [] },
    projects: {
      [gateway.cwd]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true },
    },
  };
  const kept = gateway.env.CLAUDE_CONFIG_DIR;
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, '.claude.json'), JSON.stringify(answered));
}

// Claude Code at a terminal of its own, which `script` of util-linux makes.
function atTerminal(prompt) {
  const { command, args } = gateway.serve;
  const mcpServers = { troupe: { command, args, env: gateway.env } };
  const words = [
    claudeProgram, '--strict-mcp-config', '--mcp-config', JSON.stringify({ mcpServers }),
    '--allowedTools', 'mcp__troupe__spawn_run,mcp__troupe__wait_runs', '--', prompt,
  ];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qfec', `stty cols 120 rows 40; exec ${quoted}`, '/dev/null'], {
    cwd: gateway.cwd, detached: true,
    env: { ...gateway.env, TERM: 'xterm-256color', MCP_CONNECTION_NONBLOCKING: '0' },
  });
  child.shown = '';
  child.stdout.on('data', (more) => (child.shown += more));
  return child;
}

// What Claude Code has written down of its conversations, and what its model said in them.
const written = () => {
  const projects = join(gateway.env.CLAUDE_CONFIG_DIR, 'projects');
  return readdirSync(projects, { recursive: true })
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(projects, name), 'utf8').split('\n'))
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};

const said = () =>
  written()
    .filter((entry) => entry.type === 'assistant')
    .map((entry) => textOf(entry.message.content));

// What its model was told by the client: results of calls, and the next turn of itself.
const told = () =>
  written()
    .filter((entry) => entry.type === 'user')
    .map((entry) => JSON.stringify(entry.message.content));

const waiting = (flag, then) =>
  calls(
    'claude',
    ['spawn_run', {
      backend: 'process', prompt: 'go', cwd: gateway.cwd,
      backend_config: {
        command: ['sh', '-c', `echo up; until test -e ${flag}; do sleep 0.1; done; echo on`],
      },
    }],
    ['wait_runs', { run_ids: ['${result.run_id}'] }],
    then,
  );

const notice = /<task-notification>/;

// What clients asked, from the daemon's log.
const audit = async () =>
  (await gateway.troupe('audit', '--json')).trim().split('\n').map((line) => JSON.parse(line));

test('at a terminal a long wait is a task, and its end a new turn', async (t) => {
  const flag = join(gateway.cwd, 'first');
  settle();
  const claude = atTerminal(waiting(flag, 'meanwhile'));
  t.after(() => process.kill(-claude.pid, 'SIGKILL'));

  try {
    const begun = await eventually(() => said().includes('meanwhile') && told(), 60_000);
    await gateway.killSupervisor();
    writeFileSync(flag, '');
    const woken = await eventually(() => told().find((text) => notice.test(text)), 60_000);

    assert.match(begun.at(-1), /started server-side task/);
    assert.match(woken, /<status>completed<\/status>/);
    assert.ok((await audit()).some((call) => /tasks\/get/.test(JSON.stringify(call))));
  } catch (error) {
    error.message += `\n${claude.shown.slice(-3000)}`;
    throw error;
  }
});

test('in print mode the wait is a wait', async (t) => {
  const flag = join(gateway.cwd, 'second');
  const c = await converse(t, 'claude', { gateway, url: stub.url });

  const turn = c.turn(waiting(flag, 'it is ${result.runs.0.status}'));
  await eventually(() => c.hasCalled('wait_runs'));
  writeFileSync(flag, '');

  assert.equal(await turn, 'it is completed');
});
