// The real Claude Code as a client of the gateway, offline: its model is the stub,
// which follows a script of tool calls and answers with what came back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { claudeProgram } from './claude_env.mjs';
import { Conversation, streaming } from './conversation.mjs';
import { Gateway } from './gateway.mjs';
import { startStub } from './stub_llm.mjs';

const tools = ['spawn_run', 'wait_runs', 'get_run'].map((t) => `mcp__troupe__${t}`);

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

// Spawns with `ask`, waits, reads, and says the worker's answer.
const script = (ask) => [
  `TOOL mcp__troupe__spawn_run ${JSON.stringify(ask)}`,
  'TOOL mcp__troupe__wait_runs {"run_ids":["${result.run_id}"],"wait_ms":30000}',
  'TOOL mcp__troupe__get_run {"run_id":"${result.runs.0.run_id}"}',
  'SAY the worker said: ${result.result.final_response}',
].join('\n');

async function converse(prompt, env = {}) {
  const mcpServers = { troupe: { ...gateway.serve, env: gateway.env } };
  const c = new Conversation({
    args: [
      ...streaming,
      '--strict-mcp-config', '--mcp-config', JSON.stringify({ mcpServers }),
      '--allowedTools', ...tools,
    ],
    cwd: gateway.cwd,
    env: { ...gateway.env, ...env },
    deadline: 60_000,
  });
  try {
    c.say(prompt);
    const init = await c.until((m) => m.subtype === 'init');
    const result = await c.result();
    return { init, result };
  } finally {
    c.close();
    await c.finish();
  }
}

test('claude has a process work for it', async () => {
  const { init, result } = await converse(script({
    backend: 'process',
    prompt: 'go',
    backend_config: { command: ['sh', '-c', 'echo 6 x 7'] },
  }));

  assert.equal(init.mcp_servers.find((s) => s.name === 'troupe').status, 'connected');
  assert.equal(result.is_error, false, result.result);
  assert.match(result.result, /^the worker said: 6 x 7/);
});

test('claude has another claude work for it', async () => {
  const { result } = await converse(script({
    backend: 'claude_code', prompt: 'SAY greetings from below',
  }));

  assert.equal(result.is_error, false, result.result);
  assert.equal(result.result, 'the worker said: greetings from below');
});

test('without tool search the model is offered the tools at once', async () => {
  const { result } = await converse('TOOLS', { ENABLE_TOOL_SEARCH: 'false' });

  for (const tool of tools) assert.ok(result.result.split(' ').includes(tool), tool);
});
