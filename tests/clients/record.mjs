#!/usr/bin/env node
// Records conversations with the real Claude Code into DIR/<case>.ndjson, a line each:
//   {"dir":"meta","line":{…}}   argv and cwd; later stdin closed, a signal sent
//   {"dir":"in"|"out"|"err","line":"…"}   one line of stdin, stdout, stderr, in order
//   {"dir":"exit","line":{"code","signal"}}
// Every case has a home and a working directory of its own; they appear as /home and
// /cwd, the stub as 127.0.0.1:1.
//
//   node record.mjs DIR [case…]

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endings } from './cases/endings.mjs';
import { failures } from './cases/failures.mjs';
import { permissions } from './cases/permissions.mjs';
import { tools } from './cases/tools.mjs';
import { turns } from './cases/turns.mjs';
import { claudeEnv } from './claude_env.mjs';
import { Conversation, streaming } from './conversation.mjs';
import { killAllWith } from './processes.mjs';
import { startStub } from './stub_llm.mjs';

const cases = { ...turns, ...tools, ...permissions, ...endings, ...failures };
const kept = 3;

// The answer to `initialize` names every command and model there is; a few will do.
function trimmed(line) {
  if (!line.includes('"control_response"')) return line;
  const message = JSON.parse(line);
  const lists = message.response?.response ?? {};
  for (const [key, value] of Object.entries(lists)) {
    if (Array.isArray(value)) lists[key] = value.slice(0, kept);
  }
  return JSON.stringify(message);
}

function placeholders(root, url) {
  const mangled = root.replace(/[^A-Za-z0-9]/g, '-');
  return (text) =>
    text
      .replaceAll(root, '')
      .replaceAll(mangled, '')
      .replaceAll(url, 'http://127.0.0.1:1')
      .replace(/https:\/\/[^\s)"\\]+/g, 'https://127.0.0.1:1/');
}

function newRoot() {
  const root = mkdtempSync(join(tmpdir(), 'troupe-record-'));
  mkdirSync(join(root, 'cwd'));
  return root;
}

class Recorder {
  places = new Map();

  constructor(stub, directory) {
    this.stub = stub;
    this.directory = directory;
  }

  // A home and a working directory for a case: its own, or those of the case before it.
  async placeOf(name, { after }) {
    if (after && !this.places.has(after)) await this.record(after);
    const root = after ? this.places.get(after).root : newRoot();
    this.places.set(name, { root });
    return root;
  }

  async record(name) {
    const spec = cases[name];
    const root = await this.placeOf(name, spec);
    const resumed = spec.after ? ['--resume', this.places.get(spec.after).session] : [];
    const tag = `record-${process.pid}-${name}`;
    const c = new Conversation({
      args: spec.alone ?? [...streaming, ...resumed, ...(spec.args ?? [])],
      cwd: join(root, 'cwd'),
      env: claudeEnv({
        home: join(root, 'home'), url: this.stub.url, key: spec.key,
        more: { ...spec.env, TROUPE_RUN_ID: tag },
      }),
      spell: (text) => text.replaceAll('/cwd/', join(root, 'cwd/')),
    });
    await this.drive(c, spec, tag);
    this.write(name, c.log, root);
    this.places.get(name).session = c.session;
  }

  async drive(c, spec, tag) {
    try {
      await spec.run(c);
    } finally {
      c.child.stdin.end();
      await c.finish();
      killAllWith(`TROUPE_RUN_ID=${tag}`);
    }
  }

  write(name, log, root) {
    const plain = placeholders(root, this.stub.url);
    const lines = log.map(({ dir, line }) =>
      plain(JSON.stringify({ dir, line: dir === 'out' ? trimmed(line) : line })));
    writeFileSync(join(this.directory, `${name}.ndjson`), `${lines.join('\n')}\n`);
  }

  clear() {
    for (const { root } of this.places.values()) {
      rmSync(root, { recursive: true, force: true });
    }
  }
}

const [directory, ...chosen] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const stub = await startStub();
const recorder = new Recorder(stub, directory);
let failed = 0;
for (const name of chosen.length ? chosen : Object.keys(cases)) {
  try {
    await recorder.record(name);
    console.log(`recorded ${name}`);
  } catch (error) {
    failed++;
    console.error(`FAILED ${name}: ${error.message}`);
  }
}
recorder.clear();
await stub.close();
process.exitCode = failed ? 1 : 0;
