// The official SDK's client over Streamable HTTP, against the built program.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, eventually } from './gateway.mjs';

const endless = 'while :; do sleep 1; done';

let gateway;
let door;
let session;

before(async () => {
  gateway = new Gateway();
  door = await gateway.openHttp();
  session = await gateway.connectHttp(door);
});

after(() => gateway.close());

test('initialize begins a session and offers tools', async () => {
  assert.match(session.client.getServerVersion().name, /troupe/i);
  assert.match(session.transport.sessionId, /^[0-9a-f]{64}$/);
  assert.ok((await session.tools()).some((t) => t.name === 'spawn_run'));
});

test('a run is started, waited for and read', async () => {
  const { run_id } = await session.shell('echo the answer', { cwd: gateway.cwd });

  const view = await session.settled(run_id);

  assert.equal(view.status, 'completed');
  assert.match(view.result.final_response, /the answer/);
});

test('a client without the token is told that one is needed', async () => {
  const wrong = { ...door, authorization: 'Bearer wrong' };

  await assert.rejects(gateway.connectHttp(wrong), /401|nauthorized|token/);
});

test('a long wait tells its progress and holds up no other call', async () => {
  const { run_id } = await session.shell(`echo up; ${endless}`, { cwd: gateway.cwd });
  const told = [];
  const wait = session.client.callTool(
    { name: 'wait_runs', arguments: { run_ids: [run_id], wait_ms: 45_000 } },
    undefined,
    { onprogress: (p) => told.push(p.progress), timeout: 60_000 },
  );

  const view = await session.get(run_id);
  await eventually(() => told.length > 0, 40_000);
  await session.call('cancel_run', { run_id });
  const answer = await wait;

  assert.equal(view.status, 'running');
  assert.ok(answer.structuredContent.satisfied);
});

test('an answer is not lost when its connection is', async () => {
  const broken = [];
  // The body of the first stream is cut after its first event.
  const cutting = async (input, init) => {
    const reply = await fetch(input, init);
    const type = reply.headers.get('content-type') ?? '';
    if (init?.method !== 'POST' || !type.startsWith('text/event-stream') || broken.length)
      return reply;
    broken.push(reply.url);
    const reader = reply.body.getReader();
    let first = true;
    const body = new ReadableStream({
      async pull(to) {
        const { value } = first ? await reader.read() : {};
        if (!first) {
          await reader.cancel();
          return to.error(new Error('cut by the test'));
        }
        first = false;
        to.enqueue(value);
      },
    });
    return new Response(body, { status: reply.status, headers: reply.headers });
  };
  const me = await gateway.connectHttp(door, {
    fetch: cutting,
    reconnectionOptions: {
      initialReconnectionDelay: 10, maxReconnectionDelay: 100,
      reconnectionDelayGrowFactor: 1, maxRetries: 20,
    },
  });
  const flag = join(gateway.cwd, 'resumed');
  const { run_id } = await me.shell(
    `until test -e ${flag}; do sleep 0.1; done; echo on`, { cwd: gateway.cwd },
  );
  const wait = me.call('wait_runs', { run_ids: [run_id], wait_ms: 30_000 });
  await eventually(() => broken.length === 1);
  await session.shell(`touch ${flag}`, { cwd: gateway.cwd });

  assert.ok((await wait).satisfied);
});

test('a session that is ended is gone', async () => {
  const me = await gateway.connectHttp(door);

  await me.transport.terminateSession();

  assert.equal(me.transport.sessionId, undefined);
  await assert.rejects(me.client.listTools());
});

test('a killed supervisor is found again at the same place', async () => {
  const { run_id } = await session.shell(`echo up; ${endless}`, { cwd: gateway.cwd });

  await gateway.killSupervisor();
  const next = await eventually(() => gateway.connectHttp(door));
  const view = await next.get(run_id);
  await next.call('cancel_run', { run_id });

  assert.equal(view.status, 'running');
});
