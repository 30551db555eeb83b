// A real agent, offline against the stub model, in every scenario there is:
//   TROUPE_AGENT=gemini node --test agent.test.mjs
// What came of each goes to TROUPE_SHOWN/<agent>.json with the day, for the table of
// docs/backends.md.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agents } from './agents.mjs';
import { Gateway } from './gateway.mjs';
import { processesOf } from './processes.mjs';
import { scenarios } from './scenarios.mjs';
import { startStub } from './stub_llm.mjs';

const agent = agents[process.env.TROUPE_AGENT];
const directory = process.env.TROUPE_SHOWN;
const results = directory && join(directory, `${agent.name}.json`);
const shown = {};

// One daemon for all: a scenario has a directory of its own.
let stub, gateway, session;
before(async () => {
  stub = await startStub();
  gateway = new Gateway({ url: stub.url, agent: agent.name });
  session = await gateway.connect();
});
after(async () => {
  await gateway.close();
  await stub.close();
});

// The agent as a scenario sees it. Every run that it starts is kept.
function underTest(scenario) {
  const cwd = gateway.directory(scenario);
  const runs = [];
  const start = async (prompt, more) => {
    const order = agent.order(prompt, { cwd, ...more });
    const started = await session.spawn(agent.backend, order);
    runs.push(started.run_id);
    return started;
  };
  const shell = (prompt, more) => start(prompt, { ...agent.shell, ...more });
  const file = (name) => join(cwd, name);
  const home = join(gateway.root, 'home');
  return { ...agent, home, cwd, stub, session, start, shell, file, runs };
}

// Nothing of a scenario that failed is in the way of the next.
async function given(a, error) {
  for (const run_id of a.runs) await session.call('cancel_run', { run_id });
  throw error;
}

for (const { name, says, run } of scenarios) {
  test(says, async () => {
    const a = underTest(name);
    const outcome = await run(a).catch((error) => given(a, error));
    for (const run_id of a.runs) {
      assert.deepEqual(processesOf(run_id), [], 'something of the tree is left');
    }
    assert.equal(outcome, agent.outcomes[name] ?? 'yes');
    shown[name] = outcome;
  });
}

after(() => {
  if (!results) return;
  mkdirSync(directory, { recursive: true });
  const { name, version } = agent;
  const at = new Date().toISOString().slice(0, 10);
  writeFileSync(results, `${JSON.stringify({ name, version, at, shown }, null, 2)}\n`);
});
