// Conversations with agents of the Agent Client Protocol: with claude-agent-acp, and
// with the small agent of the tests for what that one does not do. A case is
// {run(conversation)} with, where needed, `small` or the `agent` of agents.mjs,
// `version`, `mode`, `files` and `after`, a case whose session and directory it goes on
// with.

import { agents } from '../agents.mjs';

const endless = 'RUN while :; do sleep 1; done';

const once = (text, more = {}) => ({ ...more, run: (c) => turn(c, text) });

async function turn(c, text) {
  c.say(text);
  await c.result();
}

const permitted = (text, kind, more = {}) => ({
  ...more,
  run: async (c) => {
    c.say(text);
    await c.permit(kind);
    await c.result();
  },
});

async function cancelled(c, text, moment) {
  c.say(text);
  await moment(c);
  c.cancel();
  await c.result();
  await turn(c, 'SAY alive');
}

const small = { small: true };
const touch = 'RUN touch /cwd/made.txt\nSAY went on';

const real = {
  'turn': once('SAY good morning'),
  'turns': { run: async (c) => {
    await turn(c, 'SAY one');
    await turn(c, 'HIST');
  } },
  'thinking': once('THINK hard\nSAY thought'),
  'permission-allow': permitted(touch, 'allow_once'),
  'permission-deny': permitted(touch, 'reject_once'),
  'permission-allow-always': permitted(
    'RUN touch /cwd/made.txt\nRUN touch /cwd/made.txt\nSAY both', 'allow_always'),
  'permission-write': permitted('WRITE /cwd/new.txt words\nSAY wrote', 'allow_once'),
  'permission-cancelled': { run: async (c) => {
    c.say(touch);
    const { id } = await c.request('session/request_permission');
    c.cancel();
    c.reply(id, { outcome: { outcome: 'cancelled' } });
    await c.result();
    await turn(c, 'SAY alive');
  } },
  'tool-read': once('READ /cwd/absent.txt\nSAY tried'),
  'tool-failed': permitted('RUN exit 3\nSAY failed', 'allow_once'),
  'todo': once('TODO first; second\nSAY planned'),
  'mode': once('SAY in plan mode', { mode: 'plan' }),
  'cancel-text': { run: (c) =>
    cancelled(c, 'DRIP 300', (c) => c.update('agent_message_chunk')) },
  'cancel-tool': { run: (c) => cancelled(c, endless, (c) => c.permit('allow_once')) },
  'cancel-waiting': { run: (c) =>
    cancelled(c, 'HANG', async () => undefined) },
  'fail-400': once('FAIL 400'),
  'fail-401': once('FAIL 401'),
  'fail-529': once('FAIL 529 9'),
  'max-tokens': once('MAXTOK'),
  'killed-in-tool': { run: async (c) => {
    c.say(endless);
    await c.permit('allow_once');
    c.signal('SIGKILL');
  } },
  'killed-in-tool-resumed': once('HIST', { after: 'killed-in-tool' }),
  'resumed': once('HIST', { after: 'turn' }),
  'resume-unknown': { resume: '00000000-0000-4000-8000-000000000000', run: () => {} },
};

const made = {
  'small-turn': once('THINK so\nSAY good morning'),
  'small-plan': once('PLAN first; second\nMODE bold\nSAY planned'),
  'small-mode': once('SAY bold', { mode: 'bold' }),
  'small-file-read': { run: async (c) => {
    c.say('READ /cwd/there.txt 2 1\nREAD /cwd/absent.txt\nREAD /etc/passwd');
    const first = await c.request('fs/read_text_file');
    c.reply(first.id, { content: 'two\n' });
    const second = await c.request('fs/read_text_file');
    c.refuse(second.id, -32002, `Resource not found: ${second.params.path}`);
    const third = await c.request('fs/read_text_file');
    c.refuse(third.id, -32603, 'not inside the directory of the run');
    await c.result();
  } },
  'small-file-write': { run: async (c) => {
    c.say('WRITE /cwd/new.txt some words');
    c.reply((await c.request('fs/write_text_file')).id, {});
    await c.result();
  } },
  'small-terminal': { run: async (c) => {
    c.say('TERMINAL');
    const { id } = await c.request('terminal/create');
    c.refuse(id, -32601, 'this host does not take terminal/create now');
    await c.result();
  } },
  'small-asked': permitted('ASK make all', 'allow_once'),
  'small-withdrawn': { run: async (c) => {
    c.say('WITHDRAW');
    const { id } = await c.request('session/request_permission');
    c.refuse(id, -32800, 'withdrawn');
    await c.result();
  } },
  'small-cancelled': { run: (c) =>
    cancelled(c, 'WAIT', (c) => c.update('agent_message_chunk')) },
  'small-strange': once('STRANGE\nSAY unharmed'),
  'small-refusal': once('SAY no\nSTOP refusal'),
  'small-max-requests': once('SAY much\nSTOP max_turn_requests'),
  'small-not-logged-in': once('FAIL -32000 Authentication required'),
  'small-loaded': once('HIST', { after: 'small-turn' }),
  'small-load-unknown': { resume: 'no-such-session', run: () => {} },
  'draft-turn': once('THINK so\nPLAN a; b\nSAY from the draft', { version: 2 }),
  'draft-asked': permitted('ASK make all', 'reject_once', { version: 2 }),
  'draft-resumed': once('HIST', { version: 2, after: 'draft-turn' }),
  'draft-not-spoken': once('SAY the older one', { offers: 2 }),
};

// What every other agent is recorded in.
const common = (asks) => ({
  'turn': once('THINK hard\nSAY good morning'),
  'permission-allow': permitted(`${asks('touch made.txt')}\nSAY went on`, 'allow_once'),
  'permission-deny': permitted(`${asks('touch made.txt')}\nSAY went on`, 'reject_once'),
  'tool-failed': permitted(`${asks('exit 3')}\nSAY failed`, 'allow_once'),
  'permission-write': permitted('WRITE /cwd/new.txt words\nSAY wrote', 'allow_once'),
  'cancel-text': { run: (c) =>
    cancelled(c, 'DRIP 300', (c) => c.update('agent_message_chunk')) },
  'cancel-tool': { run: (c) =>
    cancelled(c, asks('while :; do sleep 1; done'), (c) => c.permit('allow_once')) },
  'fail-400': once('FAIL 400'),
  'fail-401': once('FAIL 401'),
});
const resumed = (agent) => ({ 'resumed': once('HIST', { after: `${agent}-turn` }) });

const others = {};
for (const agent of ['codex-acp', 'gemini', 'opencode']) {
  const cases = common(agents[agent].asks);
  if (agent !== 'gemini') Object.assign(cases, resumed(agent));
  for (const [name, spec] of Object.entries(cases)) {
    others[`${agent}-${name}`] = { ...spec, agent };
  }
}

export const acpCases = { ...real, ...others };
for (const [name, spec] of Object.entries(made)) acpCases[name] = { ...small, ...spec };
