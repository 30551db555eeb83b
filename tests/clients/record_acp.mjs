#!/usr/bin/env node
// Records conversations with agents of the Agent Client Protocol into DIR/<case>.ndjson,
// in the form of record.mjs; the meta line also holds the `plan` of the attempt.
//
//   node record_acp.mjs DIR [case…]

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AcpConversation } from './acp_conversation.mjs';
import { smallCommand } from './acp_env.mjs';
import { agents } from './agents.mjs';
import { acpCases } from './cases/acp.mjs';
import { killAllWith } from './processes.mjs';
import { startStub } from './stub_llm.mjs';

const kept = 3;

// How long an agent may take to leave, as some never do.
const lingers = 5_000;

// Commands and models are many, and say nothing about the protocol.
function trimmed(line) {
  const message = JSON.parse(line);
  const shorten = (value) => {
    if (Array.isArray(value?.availableCommands)) {
      value.availableCommands = value.availableCommands.slice(0, 1);
    }
    for (const option of value?.configOptions ?? []) {
      if (option.category !== 'mode') option.options = option.options?.slice(0, kept);
    }
  };
  shorten(message.result);
  shorten(message.params?.update);
  return JSON.stringify(message);
}

const isMessage = (line) => line.startsWith('{');

function placeholders(root, url) {
  const mangled = root.replace(/[^A-Za-z0-9]/g, '-');
  return (text) =>
    text
      .replaceAll(root, '')
      .replaceAll(mangled, '')
      .replaceAll(url, 'http://127.0.0.1:1')
      .replace(/127\.0\.0\.1:\d\d+/g, '127.0.0.1:1')
      .replace(/https:\/\/[^\s)"\\]+/g, 'https://127.0.0.1:1/');
}

const [directory, ...chosen] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const stub = await startStub();
const places = new Map();

async function placeOf(name, { after }) {
  if (after && !places.has(after)) await record(after);
  const root = after ? places.get(after).root
                     : mkdtempSync(join(tmpdir(), 'troupe-record-'));
  mkdirSync(join(root, 'cwd'), { recursive: true });
  places.set(name, { root });
  return root;
}

async function record(name) {
  const spec = acpCases[name];
  const root = await placeOf(name, spec);
  const tag = `record-${process.pid}-${name}`;
  const cwd = join(root, 'cwd');
  const agent = agents[spec.agent ?? 'claude-agent-acp'];
  const more = { TROUPE_RUN_ID: tag };
  if (spec.version === 2) more.SMALL_ACP_VERSION = '2';
  const offered = spec.offers ?? spec.version ?? 1;
  const c = new AcpConversation({
    command: spec.small ? smallCommand : agent.command,
    version: offered,
    deadline: 120_000,
    cwd,
    env: agent.environment({ home: join(root, 'home'), url: stub.url, more }),
    spell: (text) => text.replaceAll('/cwd/', `${cwd}/`),
  });
  const resume = spec.resume ?? places.get(spec.after)?.session;
  c.note('meta', { plan: { resume, mode: spec.mode, protocol_version: offered } });
  try {
    await c.open({ resume, mode: spec.mode });
    await spec.run(c);
    c.close();
  } finally {
    c.child.stdin.end();
    const stays = setTimeout(() => killAllWith(`TROUPE_RUN_ID=${tag}`), lingers);
    await c.finish();
    clearTimeout(stays);
    killAllWith(`TROUPE_RUN_ID=${tag}`);
  }
  places.get(name).session = c.session;
  const plain = placeholders(root, stub.url);
  const lines = c.log
    .filter(({ line }) => !line.argv)
    .map(({ dir, line }) => plain(JSON.stringify(
      { dir, line: dir === 'out' && isMessage(line) ? trimmed(line) : line })));
  writeFileSync(join(directory, `${name}.ndjson`), `${lines.join('\n')}\n`);
}

let failed = 0;
for (const name of chosen.length ? chosen : Object.keys(acpCases)) {
  try {
    await record(name);
    console.log(`recorded ${name}`);
  } catch (error) {
    failed++;
    console.error(`FAILED ${name}: ${error.message}`);
  }
}
for (const { root } of places.values()) rmSync(root, { recursive: true, force: true });
await stub.close();
process.exitCode = failed ? 1 : 0;
