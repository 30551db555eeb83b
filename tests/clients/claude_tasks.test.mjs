// The real Claude Code at a terminal leaves a long wait to the gateway as a task (MCP
// 2026-07-28, io.modelcontextprotocol/tasks), goes on, and is woken with the result. In
// print mode it does not declare the extension, and waits.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { claudeProgram } from './claude_env.mjs';
import { Gateway, eventually } from './gateway.mjs';
import { calls, converse } from './mcp_client.mjs';
import { startStub } from './stub_llm.mjs';

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
  writeFileSync(join(gateway.env.CLAUDE_CONFIG_DIR, '.claude.json'), JSON.stringify(answered));
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
    cwd: gateway.cwd, env: { ...gateway.env, TERM: 'xterm-256color' }, detached: true,
  });
  child.shown = '';
  child.stdout.on('data', (more) => (child.shown += more));
  return child;
}

// What Claude Code has written down of its conversations.
function transcript() {
  const projects = join(gateway.env.CLAUDE_CONFIG_DIR, 'projects');
  return readdirSync(projects, { recursive: true })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(projects, name), 'utf8'))
    .join('\n');
}

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

// What clients asked, from the daemon's log.
const audit = async () =>
  (await gateway.troupe('audit', '--json')).trim().split('\n').map((line) => JSON.parse(line));

test('at a terminal a long wait is a task, and its end a new turn', async (t) => {
  const flag = join(gateway.cwd, 'first');
  settle();
  const claude = atTerminal(waiting(flag, 'meanwhile'));
  t.after(() => process.kill(-claude.pid, 'SIGKILL'));

  try {
    await eventually(() => /meanwhile/.test(transcript()), 60_000);
    const before = transcript();
    await gateway.killSupervisor();
    writeFileSync(flag, '');
    await eventually(() => /<task-notification>/.test(transcript()), 60_000);

    assert.match(before, /started server-side task/);
    assert.match(transcript(), /<status>completed<\/status>/);
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
  await eventually(() => /wait_runs/.test(JSON.stringify(c.log)));
  writeFileSync(flag, '');

  assert.equal(await turn, 'it is completed');
});
