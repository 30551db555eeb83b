// The gateway's programs are killed, one after the other and then together, under the real
// Claude Code and Codex while they wait for a run.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Gateway, eventually } from './gateway.mjs';
import { calls, converse, delegating, names } from './mcp_client.mjs';
import { startStub } from './stub_llm.mjs';

let stub;
let gateway;
const gateways = [];

before(async () => (stub = await startStub()));
beforeEach(() => gateways.push((gateway = new Gateway({ url: stub.url }))));
// After all, as the clients of a test end with it, and hold theirs until then.
after(async () => {
  for (const each of gateways) await each.close();
  await stub.close();
});

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
  await eventually(() => c.hasCalled('wait_runs'));
  return run_id;
}

// What has become of the run, once the client has found the new server by itself.
async function asked(c, name, run_id) {
  const again = calls(
    name,
    ['wait_runs', { run_ids: [run_id], wait_ms: 50_000 }],
    ['get_run', { run_id }],
    'it is ${result.status}',
  );
  return eventually(async () => {
    const said = await c.turn(again);
    assert.notEqual(said, 'it is (absent)');
    return said;
  });
}

for (const name of names) {
  test(`${name} over stdio does not notice that the server dies`, async (t) => {
    const flag = flagOf();
    const c = await converse(t, name, { gateway, url: stub.url });

    const turn = c.turn(delegating(name, patient(flag)));
    await waitedFor(c);
    await gateway.killSupervisor();
    await gateway.killKeeper();
    await gateway.killDaemon();
    writeFileSync(flag, '');

    assert.match(await turn, /^the worker said: (up\s+)*on/);
  });

  test(`${name} over HTTP goes on with the next server`, async (t) => {
    const flag = flagOf();
    const door = await gateway.openHttp();
    const c = await converse(t, name, { gateway, door, url: stub.url });

    const first = c.turn(delegating(name, patient(flag)));
    const run_id = await waitedFor(c);
    await gateway.killSupervisor();
    const cut = await first;
    await gateway.killDaemon();
    await gateway.openHttp(new URL(door.url).host);
    writeFileSync(flag, '');

    assert.match(cut, /^the worker said: /);
    assert.equal(await asked(c, name, run_id), 'it is completed');
  });
}
