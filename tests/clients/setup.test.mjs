// What `troupe setup` enters is what the real clients read: each starts the server, or
// finds its URL, and calls a tool. Their models are the stub.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';
import { agents } from './agents.mjs';
import { claudeProgram } from './claude_env.mjs';
import { codexProgram } from './codex_env.mjs';
import { Conversation, streaming } from './conversation.mjs';
import { Gateway } from './gateway.mjs';
import { startStub } from './stub_llm.mjs';

let stub;
let gateway;

before(async () => {
  stub = await startStub();
});
after(() => stub.close());
afterEach(() => gateway.close());

const begin = async (agent) => {
  gateway = new Gateway({ url: stub.url, agent });
  await gateway.troupe('daemon', 'start');
};

const ended = (program, args, more = {}) => {
  const running = promisify(execFile)(program, args, {
    env: gateway.env, cwd: gateway.cwd, timeout: 60_000, ...more,
  });
  running.child.stdin.end();
  return running;
};
const run = async (...command) => (await ended(...command)).stdout;

const spawning = JSON.stringify({
  backend: 'process',
  prompt: 'go',
  backend_config: { command: ['sh', '-c', 'echo 6 x 7'] },
});

// A new session of Claude Code has a process work for it; what it says of the server.
async function askClaude() {
  const c = new Conversation({
    args: [
      ...streaming, '--allowedTools', 'mcp__troupe__spawn_run',
      'mcp__troupe__wait_runs', 'mcp__troupe__get_run',
    ],
    cwd: gateway.cwd,
    env: gateway.env,
    deadline: 60_000,
  });
  try {
    c.say([
      `TOOL mcp__troupe__spawn_run ${spawning.replace('{', `{"cwd":"${gateway.cwd}",`)}`,
      'TOOL mcp__troupe__wait_runs {"run_ids":["${result.run_id}"],"wait_ms":30000}',
      'TOOL mcp__troupe__get_run {"run_id":"${result.runs.0.run_id}"}',
      'SAY the worker said: ${result.result.final_response}',
    ].join('\n'));
    const init = await c.until((m) => m.subtype === 'init');
    const { result } = await c.result();
    return { result, server: init.mcp_servers.find((s) => s.name === 'troupe') };
  } finally {
    c.close();
    await c.finish();
  }
}

test('claude is set up, uses the server, and is as before when it is taken out', async () => {
  await begin('claude_code');
  const file = join(gateway.env.CLAUDE_CONFIG_DIR, '.claude.json');
  await run(claudeProgram, ['mcp', 'add-json', '-s', 'user', 'other', '{"command":"true"}']);
  const own = readFileSync(file, 'utf8');

  const shown = await gateway.troupe('setup', 'claude');
  const { result, server } = await askClaude();

  assert.match(shown, /\+ +"troupe": \{/);
  assert.equal(server.status, 'connected');
  assert.match(result, /^the worker said: 6 x 7/);
  assert.match(await run(claudeProgram, ['mcp', 'get', 'troupe']), /User config/);
  assert.match(await gateway.troupe('setup', 'claude'), /says so already/);

  await gateway.troupe('setup', 'claude', '--remove');
  const left = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(left.mcpServers, JSON.parse(own).mcpServers);
  await assert.rejects(run(claudeProgram, ['mcp', 'get', 'troupe']));
});

test('claude is set up to come over http', async () => {
  await begin('claude_code');
  await gateway.stopDaemon();
  await gateway.openHttp();

  await gateway.troupe('setup', 'claude', '--http');
  const { result, server } = await askClaude();

  assert.equal(server.status, 'connected');
  assert.match(result, /^the worker said: 6 x 7/);
});

test('codex is set up, and keeps what a person adds to the entry', async () => {
  await begin('codex');
  const file = join(gateway.env.CODEX_HOME, 'config.toml');
  const own = readFileSync(file, 'utf8');

  await gateway.troupe('setup', 'codex', '--toolsets', 'all');
  appendFileSync(file, 'default_tools_approval_mode = "approve"\nrequired = true\n');
  await gateway.troupe('setup', 'codex');
  const [listed] = JSON.parse(await run(codexProgram, ['mcp', 'list', '--json']));
  // A model that Codex knows has to search for tools; others are offered all at once.
  const said = await run(codexProgram, [
    'exec', '--json', '--skip-git-repo-check', '-m', 'stub-model',
    `TOOL spawn_run ${spawning.replace('{', `{"cwd":"${gateway.cwd}",`)}\nSAY done`,
  ]);

  assert.equal(listed.name, 'troupe');
  assert.ok(listed.enabled);
  const calls = said.split('\n').filter((l) => l.includes('"mcp_tool_call"'));
  assert.ok(calls.some((l) => /"status":"completed"/.test(l) && /run_id/.test(l)), said);
  assert.match(readFileSync(file, 'utf8'), /required = true/);

  await gateway.troupe('setup', 'codex', '--remove');
  assert.equal(readFileSync(file, 'utf8'), own);
});

test('gemini lists what it is set up with', {
  skip: !agents.gemini.isInstalled() && 'Gemini CLI is not installed',
}, async () => {
  await begin('gemini');

  await gateway.troupe('setup', 'gemini');
  const { command: [script] } = agents.gemini;
  const { stderr: listed } = await ended(process.execPath, [script, 'mcp', 'list']);

  assert.match(listed, /troupe: .*mcp .*Connected/);
});
