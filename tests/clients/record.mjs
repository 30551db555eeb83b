#!/usr/bin/env node
// Records conversations with a real agent into DIR/<case>.ndjson, a line each:
//   {"dir":"meta","line":{…}}   argv and cwd; later stdin closed, a signal sent
//   {"dir":"in"|"out"|"err","line":"…"}   one line of stdin, stdout, stderr, in order
//   {"dir":"exit","line":{"code","signal"}}
// Every case has a home and a working directory of its own; they appear as /home and
// /cwd, the stub as 127.0.0.1:1.
//
//   node record.mjs claude|codex|codex_exec DIR [case…]

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codexCases } from './cases/codex.mjs';
import { codexExecCases } from './cases/codex_exec.mjs';
import { endings } from './cases/endings.mjs';
import { failures } from './cases/failures.mjs';
import { permissions } from './cases/permissions.mjs';
import { tools } from './cases/tools.mjs';
import { turns } from './cases/turns.mjs';
import { claudeEnv } from './claude_env.mjs';
import { CodexConversation } from './codex_conversation.mjs';
import { codexEnv } from './codex_env.mjs';
import { CodexExec } from './codex_exec.mjs';
import { Conversation, streaming } from './conversation.mjs';
import { killAllWith } from './processes.mjs';
import { startStub } from './stub_llm.mjs';

const kept = 3;

// What each agent is asked, and how a conversation with it is begun. `place` has its
// home, its cwd and the environment mark of the case; `session` is what to go on with.
const agents = {
  claude: {
    cases: { ...turns, ...tools, ...permissions, ...endings, ...failures },
    begin(spec, { home, cwd, mark, spell }, session, url) {
      const resumed = session ? ['--resume', session] : [];
      return new Conversation({
        args: spec.alone ?? [...streaming, ...resumed, ...(spec.args ?? [])],
        cwd,
        env: claudeEnv({ home, url, key: spec.key, more: { ...spec.env, ...mark } }),
        spell,
      });
    },
  },
  codex: {
    cases: codexCases,
    begin(spec, { home, cwd, mark, spell }, session, url) {
      const config = spec.config?.replaceAll('HERE', import.meta.dirname);
      const env = codexEnv({ home, url, key: spec.key, config, more: mark });
      const args = spec.alone ?? ['app-server', ...(spec.args ?? [])];
      const c = new CodexConversation({ args, cwd, env, spell });
      c.begun = session;
      return c;
    },
  },
  codex_exec: {
    cases: codexExecCases,
    begin(spec, { home, cwd, mark, spell }, session, url) {
      const env = codexEnv({ home, url, key: spec.key, more: mark });
      return new CodexExec({
        session: spec.session ?? session, args: spec.args, cwd, env, spell,
      });
    },
  },
};

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
      .replace(/https:\/\/[^\s)"\\]+/g, 'https://127.0.0.1:1/')
      .replace(/(serverName\\":\\")[\w.-]+/g, '$1host');
}

function newRoot() {
  const root = mkdtempSync(join(tmpdir(), 'troupe-record-'));
  mkdirSync(join(root, 'cwd'));
  return root;
}

class Recorder {
  places = new Map();

  constructor(agent, stub, directory) {
    this.agent = agent;
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
    const spec = this.agent.cases[name];
    const root = await this.placeOf(name, spec);
    const tag = `record-${process.pid}-${name}`;
    const place = {
      home: join(root, 'home'),
      cwd: join(root, 'cwd'),
      mark: { TROUPE_RUN_ID: tag },
      spell: (text) => text.replaceAll('/cwd/', join(root, 'cwd/')),
    };
    const session = spec.after && this.places.get(spec.after).session;
    const c = this.agent.begin(spec, place, session, this.stub.url);
    await this.drive(c, spec, tag);
    this.write(name, c.log, root);
    this.places.get(name).session = c.session;
  }

  async drive(c, spec, tag) {
    try {
      await (spec.run ? spec.run(c) : c.run(spec));
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

const [agent, directory, ...chosen] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const stub = await startStub();
const recorder = new Recorder(agents[agent], stub, directory);
let failed = 0;
for (const name of chosen.length ? chosen : Object.keys(recorder.agent.cases)) {
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
