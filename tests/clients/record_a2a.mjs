#!/usr/bin/env node
// Records runs of remote agents into DIR/<case>.ndjson: what troupe-a2a printed and what
// the adapter was told, as the built program TROUPE_BIN wrote them down.
//
//   node record_a2a.mjs DIR [case…]

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { a2aCases } from './cases/a2a.mjs';
import { Gateway } from './gateway.mjs';
import { RemoteAgent } from './small_a2a_agent.mjs';

const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean);

// Ids, times and places differ from one recording to the next.
function placeholders(agent, gateway) {
  const known = new Map();
  const named = (id) => {
    if (!known.has(id)) known.set(id, `id-${known.size + 1}`);
    return known.get(id);
  };
  return (text) =>
    text
      .replaceAll(gateway.root, '')
      .replaceAll(`127.0.0.1:${agent.port}`, 'agent.test')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, named)
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-01-01T00:00:00.000Z');
}

// Inputs stand between the lines that were read before and after them.
function merged(directory) {
  const inputs = lines(join(directory, 'inputs.ndjson')).map((line) => JSON.parse(line));
  const entries = [];
  let offset = 0;
  const say = () => {
    while (inputs.length > 0 && inputs[0].at_offset <= offset) {
      const { kind, body } = inputs.shift();
      entries.push({ dir: 'in', line: { kind, body } });
    }
  };
  say();
  for (const line of lines(join(directory, 'stdout.ndjson'))) {
    entries.push({ dir: 'out', line });
    offset += Buffer.byteLength(line) + 1;
    say();
  }
  return entries;
}

function recordAttempts(name, runs, gateway, hide) {
  const attempts = runs.flatMap((run_id) => {
    const root = join(gateway.state, 'runs', run_id);
    const record = JSON.parse(readFileSync(join(root, 'run.json'), 'utf8'));
    return record.attempts.map((attempt) => ({ root, attempt }));
  });
  attempts.forEach(({ root, attempt }, i) => {
    const { n, exit } = attempt.view;
    const plan = { session: attempt.session, resume: attempt.resumed ?? false };
    const entries = [
      { dir: 'meta', line: { plan } },
      ...merged(join(root, 'attempts', `${n}`)),
      { dir: 'exit', line: { code: exit.signal ? undefined : 0, signal: exit.signal } },
    ];
    const text = entries.map((entry) => hide(JSON.stringify(entry))).join('\n');
    const file = attempts.length === 1 ? name : `${name}-${i + 1}`;
    writeFileSync(join(directory, `${file}.ndjson`), `${text}\n`);
  });
}

const [directory, ...chosen] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
for (const [name, { act, ...options }] of Object.entries(a2aCases)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const gateway = new Gateway();
  const agent = await new RemoteAgent(options).up();
  try {
    const session = await gateway.connect();
    const runs = await act({ agent, session, start: (prompt, more) =>
      session.spawn('remote_a2a', {
        prompt, backend_config: { agent_url: agent.url }, restart: { backoff_ms: 10 },
        ...more,
      }) });
    recordAttempts(name, runs, gateway, placeholders(agent, gateway));
    console.log(name);
  } finally {
    await agent.down().catch(() => {});
    await gateway.close();
  }
}
