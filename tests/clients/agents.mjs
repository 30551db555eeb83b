// The real agents that the tests run, a row each: which package of package.json it is,
// by which backend it is spoken with, how it is kept offline, and what it does otherwise
// than the rest (scenarios.mjs).
//
// As a program: node agents.mjs NAME; says SKIPPED and exits 77 if it is not installed.

import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realAgent as claudeAgentProgram } from './acp_env.mjs';
import { claudeEnv, claudeProgram } from './claude_env.mjs';
import { codexEnv, codexProgram } from './codex_env.mjs';
import { geminiEnv, geminiProgram } from './gemini_env.mjs';
import { opencodeEnv, opencodeProgram } from './opencode_env.mjs';

const here = import.meta.dirname;
const codexAcpProgram = join(
  here, 'node_modules', '@zed-industries', `codex-acp-linux-${process.arch}`, 'bin',
  'codex-acp',
);

// The sandbox that codex-acp looks for on the PATH, and Codex brings.
const bwrap = join(codexProgram, '..', '..', 'codex-resources', 'bwrap');

const once = { CLAUDE_CODE_MAX_RETRIES: '1' };

// A command that needs more than Codex's sandbox gives, so that leave is asked for.
export const escalated = (cmd) =>
  `TOOL exec_command ${JSON.stringify({
    cmd, sandbox_permissions: 'require_escalated', justification: 'it writes',
  })}`;

const silent = 'retries in silence until turn_s';

// OpenCode retries what fails without a word and without end.
const patience = { turn_s: 60 };

// Gemini names a session's file by the minute it began in, and begins that file anew when
// it is to load the session in that same minute. It begins some time after its run.
const minuteIsOver = ({ updated_at }) =>
  new Date().toISOString().slice(0, 16) > updated_at.slice(0, 16);

// Claude Code keeps a conversation by its id, each message a moment after it has told of
// it.
const claudeKeeps = ({ backend_session_id }, home) => {
  const projects = join(home, '.claude', 'projects');
  const files = existsSync(projects) ? readdirSync(projects, { recursive: true }) : [];
  const kept = files.find((name) => name.endsWith(`${backend_session_id}.jsonl`));
  return kept && readFileSync(join(projects, kept), 'utf8').includes('"tool_use"');
};

// A plan with a usage limit in place of a key.
const plan = { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'stub-token' };

const rows = {
  'claude_code': {
    package: '@anthropic-ai/claude-code',
    file: claudeProgram,
    env: claudeEnv,
    variables: { ...once, TROUPE_CLAUDE_CODE_COMMAND: claudeProgram },
    plan,
    hasKept: claudeKeeps,
    shell: { permissions: { allow: ['Bash'] } },
    outcomes: { usage: 'tokens and money' },
  },
  'codex': {
    package: '@openai/codex',
    file: codexProgram,
    env: codexEnv,
    variables: { TROUPE_CODEX_COMMAND: codexProgram },
    shell: { backend_config: { sandbox: 'workspace-write' } },
    asks: escalated,
    usage: { input_tokens: 60, output_tokens: 10, cached_input_tokens: 40 },
    outcomes: { usage: 'tokens' },
  },
  'codex_exec': {
    package: '@openai/codex',
    file: codexProgram,
    env: codexEnv,
    variables: { TROUPE_CODEX_EXEC_COMMAND: codexProgram },
    shell: { backend_config: { sandbox: 'workspace-write' } },
    asks: null,
    oneTurn: true,
    outcomes: {
      usage: 'tokens', allow: 'asks for nothing', deny: 'asks for nothing',
      next: 'is refused', image: 'is refused', limit: 'parks, until when is not told',
    },
  },
  'claude-agent-acp': {
    package: '@agentclientprotocol/claude-agent-acp',
    file: claudeAgentProgram,
    program: process.execPath,
    env: claudeEnv,
    variables: once,
    hasKept: claudeKeeps,
    plan,
    shell: { permissions: { allow: ['Bash'] } },
    outcomes: { usage: 'tokens and money', limit: 'parks, until when is not told' },
  },
  'codex-acp': {
    package: '@zed-industries/codex-acp',
    file: codexAcpProgram,
    beside: { bwrap },
    env: codexEnv,
    outcomes: {
      usage: 'no', deny: 'ends its turn', limit: 'parks, until when is not told',
    },
    shell: { backend_config: { permission_mode: 'auto' } },
    asks: escalated,
  },
  'gemini': {
    package: '@google/gemini-cli',
    file: geminiProgram,
    args: ['--acp'],
    program: process.execPath,
    env: geminiEnv,
    shell: { permissions: { allow: ['Bash'] } },
    retries: true,
    canLoad: minuteIsOver,
    outcomes: {
      usage: 'tokens', tool: 'without its output', kill: 'begins afresh',
      interrupt: 'is not known any more', limit: 'parks, until when is not told',
    },
  },
  'opencode': {
    package: 'opencode-linux-x64',
    file: opencodeProgram,
    args: ['acp'],
    env: opencodeEnv,
    retries: true,
    patience,
    outcomes: {
      usage: 'tokens', deny: 'ends its turn', auth: 'in the words of the service alone',
      overload: silent, limit: silent,
    },
    shell: { permissions: { allow: ['Bash'] } },
  },
};

const packageIn = (directory) =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
const pins = packageIn(here);
const version = (name) => pins.dependencies[name] ?? pins.devDependencies[name];

// The program is there, at the version that is pinned.
function isInstalled(row) {
  if (!existsSync(row.file)) return false;
  const found = packageIn(join(here, 'node_modules', row.package));
  return found.version === version(row.package);
}

// A preset of the acp backend is looked for on the PATH, by its name.
function onPath(name, row, options) {
  const bin = join(options.home, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [word, file] of Object.entries({ [name]: row.file, ...row.beside })) {
    const link = join(bin, word);
    if (!existsSync(link)) symlinkSync(file, link);
  }
  const env = row.env(options);
  return { ...env, PATH: `${bin}:${env.PATH}` };
}

const backends = new Set(['claude_code', 'codex', 'codex_exec']);

function agent(name, row) {
  const preset = !backends.has(name);
  const config = preset ? { agent: name } : {};
  return {
    asks: (command) => `RUN ${command}`,
    program: row.file,
    outcomes: {},
    canLoad: () => true,
    hasKept: () => true,
    ...row,
    name,
    version: version(row.package),
    backend: preset ? 'acp' : name,
    command: [row.file, ...(row.args ?? [])],
    isInstalled: () => isInstalled(row),
    environment: (options) => {
      const all = { ...options, more: { ...row.variables, ...options.more } };
      return preset ? onPath(name, row, all) : row.env(all);
    },
    order: (prompt, { backend_config, limits, ...more } = {}) => ({
      prompt,
      backend_config: { ...config, ...backend_config },
      limits: { linger_s: 1, ...limits },
      ...more,
    }),
  };
}

export const agents = Object.fromEntries(
  Object.entries(rows).map(([name, row]) => [name, agent(name, row)]),
);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { name, version, isInstalled } = agents[process.argv[2]];
  if (!isInstalled()) {
    console.log(`SKIPPED: ${name} ${version} is not installed; TROUPE_ALL_AGENTS=1 does`);
    process.exitCode = 77;
  }
}
