// Claude Code and Codex as MCP clients of a gateway: a conversation in which the stub
// model has them call its tools. Where they are hosted, a form that they are asked to show
// is a request to the host, which `form` awaits.

import { spawn } from 'node:child_process';
import { after, before } from 'node:test';
import { agents } from './agents.mjs';
import { claudeProgram } from './claude_env.mjs';
import { CodexConversation } from './codex_conversation.mjs';
import { Conversation, streaming } from './conversation.mjs';
import { Gateway } from './gateway.mjs';
import { startStub } from './stub_llm.mjs';

const offered = ['spawn_run', 'wait_runs', 'get_run', 'list_runs', 'continue_run'];
const deadline = 120_000;

// How the gateway is reached: through `troupe mcp`, or at its door for HTTP.
const reached = (gateway, door) => ({ ...gateway.serve, ...door });

const claudeOptions = ({ gateway, door }) => {
  const { command, args, url, authorization } = reached(gateway, door);
  const troupe = url
    ? { type: 'http', url, headers: { Authorization: authorization } }
    : { command, args, env: gateway.env };
  return [
    '--strict-mcp-config', '--mcp-config', JSON.stringify({ mcpServers: { troupe } }),
    '--allowedTools', ...offered.map((name) => `mcp__troupe__${name}`),
  ];
};

class Claude extends Conversation {
  static prefix = 'mcp__troupe__';

  constructor({ gateway, door, env }) {
    super({
      args: [...streaming, ...claudeOptions({ gateway, door })],
      cwd: gateway.cwd, env: { ...gateway.env, ...env }, deadline,
    });
  }

  static headless({ gateway, door, env, prompt }) {
    return {
      args: ['-p', prompt, ...claudeOptions({ gateway, door })],
      env: { ...gateway.env, ...env },
    };
  }

  async open() {}

  async begin(script) {
    this.say(script);
  }

  // Whether its model has called that tool of the gateway.
  hasCalled(tool) {
    const named = `"type":"tool_use"[^}]*"name":"${Claude.prefix}${tool}"`;
    return this.hasTold(new RegExp(named));
  }

  // What was said last in the turn.
  async end() {
    return (await this.result()).result;
  }

  async form() {
    const { request_id, request } = await this.until(
      (m) => m.request?.subtype === 'elicitation',
    );
    return {
      message: request.message,
      answer: (content) => this.reply(request_id, { action: 'accept', content }),
    };
  }
}

const toml = (value) =>
  typeof value === 'object' && !Array.isArray(value)
    ? `{ ${Object.entries(value).map(([k, v]) => `${k} = ${toml(v)}`).join(', ')} }`
    : JSON.stringify(value);

// What is told of the gateway in Codex's config.toml: its calls need no leave, and no turn
// begins without it.
function codexConfig({ gateway, door }) {
  const { command, args, url, authorization } = reached(gateway, door);
  const where = url
    ? { url, http_headers: { Authorization: authorization } }
    : { command, args, env: gateway.env };
  const all = {
    ...where, required: true, default_tools_approval_mode: 'approve',
    startup_timeout_sec: 60, tool_timeout_sec: 120,
  };
  const lines = Object.entries(all).map(([key, value]) => `${key} = ${toml(value)}`);
  return `[mcp_servers.troupe]\n${lines.join('\n')}\n`;
}

// A model that is offered the tools of MCP servers by their names.
const model = 'no-such-model';

const codexHome = ({ gateway, door, env, url }) => ({
  ...agents.codex.environment({
    home: gateway.directory(`codex-${crypto.randomUUID()}`), url,
    config: codexConfig({ gateway, door }),
  }),
  ...env,
});

class Codex extends CodexConversation {
  static prefix = '';

  constructor(options) {
    super({
      args: ['app-server'], cwd: options.gateway.cwd, env: codexHome(options), deadline,
    });
  }

  static headless(options) {
    return {
      args: ['exec', '--skip-git-repo-check', '-m', model, options.prompt],
      env: codexHome(options),
    };
  }

  open() {
    return super.open({ approvalPolicy: 'on-request', model });
  }

  async begin(script) {
    this.from = this.log.length;
    await this.say(script);
  }

  hasCalled(tool) {
    return this.hasTold(new RegExp(`"type":"mcpToolCall"[^}]*"tool":"${tool}"`));
  }

  async end() {
    await this.result();
    return this.log.slice(this.from)
      .filter(({ dir }) => dir === 'out')
      .map(({ line }) => JSON.parse(line))
      .filter((m) => m.method === 'item/completed' && m.params.item.type === 'agentMessage')
      .at(-1)?.params.item.text;
  }

  async form() {
    const { id, params } = await this.until(
      (m) => m.method === 'mcpServer/elicitation/request',
    );
    return {
      message: params.message,
      answer: (content) => this.reply(id, { action: 'accept', content, _meta: null }),
    };
  }
}

for (const Kind of [Claude, Codex]) {
  Kind.prototype.hasTold = function hasTold(what) {
    return this.log.some(({ dir, line }) => dir === 'out' && what.test(line));
  };
  Kind.prototype.turn = async function turn(script) {
    await this.begin(script);
    return this.end();
  };
}

const programs = { claude: [Claude, agents.claude_code], codex: [Codex, agents.codex] };

// A conversation of that name, closed with the test; `url` is the stub's.
export async function converse(t, name, options) {
  const [Kind] = programs[name];
  const c = new Kind(options);
  t.after(async () => {
    c.close();
    await c.finish();
  });
  await c.open();
  return c;
}

// One turn without anybody to ask, to its end; what was said.
export function alone(name, options) {
  const [Kind, { program }] = programs[name];
  const { args, env } = Kind.headless(options);
  const { cwd } = options.gateway;
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const stream of Object.keys(said)) {
    child[stream].on('data', (more) => (said[stream] += more));
  }
  return new Promise((resolve) => child.once('close', () => resolve(said)));
}

// The lines of a script that calls the gateway's tools.
export const calls = (name, ...steps) =>
  steps
    .map((step) =>
      typeof step === 'string'
        ? `SAY ${step}`
        : `TOOL ${programs[name][0].prefix}${step[0]} ${JSON.stringify(step[1])}`)
    .join('\n');

// Spawns with `ask`, waits, reads, and says the worker's answer.
export const delegating = (name, ask) =>
  calls(
    name,
    ['spawn_run', ask],
    ['wait_runs', { run_ids: ['${result.run_id}'], wait_ms: 50_000 }],
    ['get_run', { run_id: '${result.runs.0.run_id}' }],
    'the worker said: ${result.result.final_response}',
  );

export const names = Object.keys(programs);

// What has Claude Code speak the era before 2026-07-28.
export const older = { MCP_PROTOCOL_NEGOTIATION: 'legacy' };

// One gateway for all tests of a file, reached over stdio and HTTP, and the stub model.
export function gatewayForAll() {
  const t = {
    reach: (env, way) => ({
      gateway: t.gateway, door: way === 'HTTP' ? t.http : undefined, env, url: t.stub.url,
    }),
  };
  before(async () => {
    t.stub = await startStub();
    t.gateway = new Gateway({ url: t.stub.url });
    t.gateway.putOnPath('claude', claudeProgram);
    t.http = await t.gateway.openHttp();
  });
  after(async () => {
    await t.gateway.close();
    await t.stub.close();
  });
  return t;
}
