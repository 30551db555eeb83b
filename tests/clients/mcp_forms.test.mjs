// What an agent asks while the real Claude Code or Codex waits for it: a form for the
// person behind the client. Where a host speaks for the person the form is shown and its
// answer settles the request; a client that runs by itself waves it away, and the request
// is left to its model.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { alone, calls, converse, delegating, gatewayForAll, older } from './mcp_client.mjs';

const all = gatewayForAll();

// A Claude Code that asks before it makes this file.
const asker = (file) => ({
  backend: 'claude_code', prompt: `RUN touch ${file}\nSAY made it`, cwd: all.gateway.cwd,
  env: all.gateway.env,
});

const fresh = () => join(all.gateway.cwd, crypto.randomUUID());

const settledBy = async (file) => {
  const session = await all.gateway.connect();
  const { runs } = await session.call('list_runs', { limit: 20 });
  for (const { run_id } of runs) {
    const told = (await session.events(run_id)).filter((e) => e.data.request_id);
    if (!JSON.stringify(told).includes(file)) continue;
    return told.filter((e) => e.type === 'message_added').map((e) => e.data.by);
  }
  return [];
};

for (const [name, era, env] of [
  ['claude', 'modern', {}], ['claude', 'legacy', older], ['codex', 'legacy', {}],
]) {
  for (const way of ['stdio', 'HTTP']) {
    test(`a person behind ${name} over ${way}, ${era}, gives leave by a form`, async (t) => {
      const file = fresh();
      const c = await converse(t, name, all.reach(env, way));

      await c.begin(delegating(name, asker(file)));
      const form = await c.form();
      const heldBack = !existsSync(file);
      form.answer({ decision: 'allow' });
      const said = await c.end();

      assert.match(form.message, /touch/);
      assert.equal(said, 'the worker said: made it');
      assert.ok(heldBack && existsSync(file));
      assert.deepEqual(await settledBy(file), ['person']);
    });
  }

  test(`${name} that runs by itself, ${era}, leaves the request to its model`, async () => {
    const file = fresh();
    const prompt = calls(
      name,
      ['spawn_run', asker(file)],
      ['wait_runs', { run_ids: ['${result.run_id}'], wait_ms: 50_000 }],
      ['continue_run', { run_id: '${result.runs.0.run_id}', input_message: 'deny' }],
      ['wait_runs', { run_ids: ['${result.run_id}'], until: 'terminal' }],
      'it is ${result.runs.0.status}',
    );

    const { stdout, stderr } = await alone(name, { ...all.reach(env), prompt });

    assert.match(stdout, /it is completed/, stdout + stderr);
    assert.equal(existsSync(file), false);
    assert.deepEqual(await settledBy(file), ['person']);
  });
}
