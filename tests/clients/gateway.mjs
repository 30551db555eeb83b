// The built `troupe` under test, with a state directory, a runtime directory and a home
// of its own, and clients of the official SDK that talk to it through `troupe mcp`.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { agents } from './agents.mjs';
import { killAllWith, processesWith } from './processes.mjs';
import { startStub } from './stub_llm.mjs';

export const troupe = process.env.TROUPE_BIN;

// How long anything may take, on a machine that does much else.
const patience = 120_000;

const final = new Set(['completed', 'failed', 'cancelled', 'unknown']);

// A claim that must come true within the deadline, or else its last failure is thrown.
export async function eventually(claim, deadline = patience) {
  const end = performance.now() + deadline;
  for (;;) {
    try {
      const value = await claim();
      assert.ok(value, `not true within ${deadline} ms: ${claim}`);
      return value;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export class Gateway {
  clients = [];

  // `url` is a stub model's, for gateways whose agents are real; `options` are further
  // ones of the environment of `agent`.
  constructor({ url = 'http://127.0.0.1:1', agent = 'claude_code', ...options } = {}) {
    this.root = mkdtempSync(join(tmpdir(), 'troupe-client-'));
    this.state = this.directory('state');
    this.cwd = this.directory('cwd');
    this.env = agents[agent].environment({
      home: this.directory('home'),
      url,
      more: { XDG_RUNTIME_DIR: this.directory('run') },
      ...options,
    });
    this.serve = { command: troupe, args: ['mcp', '--state-dir', this.state] };
  }

  directory(name) {
    const path = join(this.root, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  }

  // For runs of clients that come by HTTP, which bring no environment.
  putOnPath(name, program) {
    const bin = this.directory('bin');
    symlinkSync(program, join(bin, name));
    this.env.PATH = `${bin}:${this.env.PATH}`;
  }

  // A new client and its relay, which takes these options too.
  async connect(...options) {
    const client = new Client({ name: 'clients-test', version: '1' });
    const transport = new StdioClientTransport({
      command: this.serve.command,
      args: [...this.serve.args, ...options],
      env: this.env,
      cwd: this.cwd,
      stderr: 'inherit',
    });
    this.clients.push(client);
    await client.connect(transport);
    return new Session(client, transport.pid);
  }

  async troupe(...words) {
    const run = promisify(execFile);
    const { stdout } = await run(troupe, [...words, '--state-dir', this.state], {
      env: this.env, cwd: this.cwd, timeout: 30_000,
    });
    return stdout;
  }

  // Starts the daemon with a door for HTTP; where it is, and the header it wants.
  async openHttp(address = '127.0.0.1:0') {
    await this.troupe('daemon', '--http', address);
    return JSON.parse(await this.troupe('daemon', 'url', '--json'));
  }

  // A new client over HTTP; `options` are further ones of its transport.
  async connectHttp({ url, authorization }, options = {}) {
    const client = new Client({ name: 'clients-test', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { Authorization: authorization } },
      ...options,
    });
    this.clients.push(client);
    await client.connect(transport);
    return Object.assign(new Session(client), { transport });
  }

  daemonPid() {
    return JSON.parse(readFileSync(join(this.state, 'daemon.json'), 'utf8')).pid;
  }

  async stopDaemon() {
    await this.troupe('daemon', 'stop');
  }

  // The keeper's child that serves the door; none while it is being replaced.
  supervisorPid() {
    const pid = this.daemonPid();
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .filter((child) =>
        readFileSync(`/proc/${child}/comm`, 'utf8').startsWith('troupe-supervis'))
      .map(Number)
      .at(0);
  }

  // With SIGKILL; resolves when there is another.
  async killSupervisor() {
    const old = this.supervisorPid();
    process.kill(old, 'SIGKILL');
    await eventually(() => ![undefined, old].includes(this.supervisorPid()));
  }

  // The keeper, with SIGKILL; resolves when it is succeeded.
  async killKeeper() {
    const old = this.supervisorPid();
    process.kill(this.daemonPid(), 'SIGKILL');
    await eventually(() => ![undefined, old].includes(this.supervisorPid()));
  }

  // Keeper and supervisor at once: nobody is left to go on by itself. Resolves when both
  // are gone.
  async killDaemon() {
    const both = [this.supervisorPid(), this.daemonPid()];
    for (const pid of both) process.kill(pid, 'SIGKILL');
    await eventually(() => !both.some(isAlive));
  }

  // Ends clients and daemon; nothing that either started may be left then.
  async close() {
    const marker = `XDG_RUNTIME_DIR=${this.env.XDG_RUNTIME_DIR}`;
    const pid = this.daemonPid();
    await Promise.allSettled(this.clients.map((c) => c.close()));
    try {
      await this.stopDaemon();
      await eventually(() => !isAlive(pid) && processesWith(marker).length === 0);
    } finally {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      killAllWith(marker);
      rmSync(this.root, { recursive: true, force: true });
    }
  }
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// One connected client. Tools answer with their structured content; the SDK checks it
// against the tool's output schema.
export class Session {
  constructor(client, pid) {
    this.client = client;
    this.pid = pid;
  }

  async tools() {
    return (await this.client.listTools()).tools;
  }

  async call(name, args = {}) {
    const answer = await this.client.callTool({ name, arguments: args });
    const text = answer.content.map((c) => c.text).join('\n');
    assert.ok(!answer.isError, `${name} failed: ${text}`);
    assert.deepEqual(JSON.parse(text), answer.structuredContent);
    return answer.structuredContent;
  }

  // The text of a call that must fail as a tool error.
  async refusal(name, args) {
    const answer = await this.client.callTool({ name, arguments: args });
    assert.equal(answer.isError, true, `${name} was accepted`);
    return answer.content.map((c) => c.text).join('\n');
  }

  spawn(backend, more) {
    return this.call('spawn_run', { backend, ...more });
  }

  shell(script, more = {}) {
    return this.spawn('process', {
      prompt: 'go', backend_config: { command: ['sh', '-c', script] }, ...more,
    });
  }

  get(run_id) {
    return this.call('get_run', { run_id });
  }

  // Waits for the run to end, or to need an answer, and shows it.
  async settled(run_id, until = 'terminal', deadline = patience) {
    const end = performance.now() + deadline;
    while (performance.now() < end) {
      const wait = { run_ids: [run_id], until, wait_ms: 10_000 };
      if ((await this.call('wait_runs', wait)).satisfied) return this.get(run_id);
    }
    const view = JSON.stringify(await this.get(run_id));
    throw new Error(`run ${run_id} did not settle within ${deadline} ms: ${view}`);
  }

  // All events of a run that ends, by polling as a client does.
  async events(run_id, deadline = patience) {
    const events = [];
    let after_seq = 0;
    const end = performance.now() + deadline;
    while (performance.now() < end) {
      const ask = { run_id, after_seq, wait_ms: 10_000 };
      const page = await this.call('poll_events', ask);
      events.push(...page.events);
      after_seq = page.next_after_seq;
      if (!page.has_more && final.has(page.status)) return events;
    }
    throw new Error(`run ${run_id} did not end within ${deadline} ms`);
  }

  answer(run_id, input_message) {
    return this.call('continue_run', { run_id, input_message });
  }
}

// For tests with a real agent: one stub model for the file; for each test a gateway of
// its own and a session with it. `start` spawns a run of the agent.
export function agentTests(name, options) {
  const agent = agents[name];
  const t = {
    start: (prompt, more) => t.session.spawn(agent.backend, agent.order(prompt, more)),
    file: (path) => join(t.gateway.cwd, path),
  };
  before(async () => {
    t.stub = await startStub();
  });
  after(() => t.stub.close());
  beforeEach(async () => {
    t.gateway = new Gateway({ url: t.stub.url, agent: name, ...options });
    t.session = await t.gateway.connect();
  });
  afterEach(() => t.gateway.close());
  return t;
}

export const dataMessage = (data) => ({
  role: 'user', parts: [{ type: 'data', data }],
});
