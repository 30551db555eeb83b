// The real Claude Code and Codex as clients of the gateway, over stdio and over HTTP, in
// each era that they speak: they start a run, wait for it and read its answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { converse, delegating, gatewayForAll, older } from './mcp_client.mjs';

// The revision that each opens with, as the gateway is told.
const speakers = [
  ['claude', '2026-07-28', {}],
  ['claude', '2025-11-25', older],
  ['codex', '2025-06-18', {}],
];

const all = gatewayForAll();

for (const [name, revision, env] of speakers) {
  for (const way of ['stdio', 'HTTP']) {
    const title = `${name} over ${way} in MCP ${revision}`;
    const open = (t) => converse(t, name, all.reach(env, way));

    test(`${title} has a process work for it`, async (t) => {
      const c = await open(t);

      const said = await c.turn(delegating(name, {
        backend: 'process', prompt: 'go', cwd: all.gateway.cwd,
        backend_config: { command: ['sh', '-c', 'echo 6 x 7'] },
      }));

      assert.match(said, /^the worker said: 6 x 7/);
    });

    test(`${title} has another agent work for it`, async (t) => {
      const c = await open(t);

      const said = await c.turn(delegating(name, {
        backend: 'claude_code', prompt: 'SAY greetings from below', cwd: all.gateway.cwd,
        env: all.gateway.env,
      }));

      assert.equal(said, 'the worker said: greetings from below');
    });
  }
}

test('without tool search the model of claude is offered the tools at once', async (t) => {
  const env = { ENABLE_TOOL_SEARCH: 'false' };
  const c = await converse(t, 'claude', all.reach(env));

  const offered = (await c.turn('TOOLS')).split(' ');

  for (const tool of ['spawn_run', 'wait_runs', 'get_run']) {
    assert.ok(offered.includes(`mcp__troupe__${tool}`), tool);
  }
});
