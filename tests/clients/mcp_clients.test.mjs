// The real Claude Code and Codex as clients of the gateway, over stdio and over HTTP, in
// each era that they speak: they start a run, wait for it and read its answer.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { claudeProgram } from './claude_env.mjs';
import { Gateway } from './gateway.mjs';
import { converse, delegating } from './mcp_client.mjs';
import { startStub } from './stub_llm.mjs';

const older = { MCP_PROTOCOL_NEGOTIATION: 'legacy' };

// The revision that each opens with, as the gateway is told.
const speakers = [
  ['claude', '2026-07-28', {}],
  ['claude', '2025-11-25', older],
  ['codex', '2025-06-18', {}],
];

let stub;
let gateway;
let http;

before(async () => {
  stub = await startStub();
  gateway = new Gateway({ url: stub.url });
  gateway.putOnPath('claude', claudeProgram);
  http = await gateway.openHttp();
});

after(async () => {
  await gateway.close();
  await stub.close();
});

for (const [name, revision, env] of speakers) {
  for (const way of ['stdio', 'HTTP']) {
    const title = `${name} over ${way} in MCP ${revision}`;
    const open = (t) =>
      converse(t, name, {
        gateway, door: way === 'HTTP' ? http : undefined, env, url: stub.url,
      });

    test(`${title} has a process work for it`, async (t) => {
      const c = await open(t);

      const said = await c.turn(delegating(name, {
        backend: 'process', prompt: 'go', cwd: gateway.cwd,
        backend_config: { command: ['sh', '-c', 'echo 6 x 7'] },
      }));

      assert.match(said, /^the worker said: 6 x 7/);
    });

    test(`${title} has another agent work for it`, async (t) => {
      const c = await open(t);

      const said = await c.turn(delegating(name, {
        backend: 'claude_code', prompt: 'SAY greetings from below', cwd: gateway.cwd,
        env: gateway.env,
      }));

      assert.equal(said, 'the worker said: greetings from below');
    });
  }
}

test('without tool search the model of claude is offered the tools at once', async (t) => {
  const env = { ENABLE_TOOL_SEARCH: 'false' };
  const c = await converse(t, 'claude', { gateway, env, url: stub.url });

  const offered = (await c.turn('TOOLS')).split(' ');

  for (const tool of ['spawn_run', 'wait_runs', 'get_run']) {
    assert.ok(offered.includes(`mcp__troupe__${tool}`), tool);
  }
});
