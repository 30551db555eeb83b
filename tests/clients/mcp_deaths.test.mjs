// The gateway's programs are killed, one after the other and then together, under the real
// Claude Code and Codex while they wait for a run.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, after, before, beforeEach, test } from 'node:test';
import { Gateway, eventually } from './gateway.mjs';
import { calls, converse, delegating, names } from './mcp_client.mjs';
import { startStub } from './stub_llm.mjs';

let stub;
let gateway;

before(async () => (stub = await startStub()));
after(() => stub.close());
beforeEach(() => (gateway = new Gateway({ url: stub.url })));
afterEach(() => gateway.close());

// A process that ends, with its answer, once it may.
const patient = (flag) => ({
  backend: 'process', prompt: 'go', cwd: gateway.cwd,
  backend_config: {
    command: ['sh', '-c', `echo up; until test -e ${flag}; do sleep 0.1; done; echo on`],
  },
});

const flagOf = () => join(gateway.cwd, 'go');

// The id of the one run, once its agent works and somebody waits for it.
async function waitedFor(c) {
  const session = await gateway.connect();
  const run_id = await eventually(async () => {
    const { runs } = await session.call('list_runs');
    return runs[0]?.phase === 'working' && runs[0].run_id;
  });
  await eventually(async () => /wait_runs/.test(JSON.stringify(c.log)));
  return run_id;
}

for (const name of names) {
  test(`${name} over stdio does not notice that the server dies`, async (t) => {
    const flag = flagOf();
    const c = await converse(t, name, { gateway, url: stub.url });

    const turn = c.turn(delegating(name, patient(flag)));
    await waitedFor(c);
    await gateway.killSupervisor();
    await gateway.killKeeper();
    gateway.killDaemon();
    writeFileSync(flag, '');

    assert.match(await turn, /^the worker said: (up\s+)*on/);
  });

  test(`${name} over HTTP goes on with the next server`, async (t) => {
    const flag = flagOf();
    const door = await gateway.openHttp();
    const c = await converse(t, name, { gateway, door, url: stub.url });
    const again = (run_id) =>
      calls(
        name,
        ['wait_runs', { run_ids: [run_id], wait_ms: 50_000 }],
        ['get_run', { run_id }],
        'it is ${result.status}',
      );

    const first = c.turn(delegating(name, patient(flag)));
    const run_id = await waitedFor(c);
    await gateway.killSupervisor();
    const cut = await first;
    gateway.killDaemon();
    await gateway.openHttp(new URL(door.url).host);
    writeFileSync(flag, '');
    const said = await c.turn(again(run_id));

    assert.match(cut, /^the worker said: /);
    assert.equal(said, 'it is completed');
  });
}
