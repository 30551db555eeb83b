// Conversations with Codex. A case is {run(conversation)} with, where needed, `alone`
// in place of the arguments, `key` instead of the stub's, `config` for the end of its
// configuration file, and `after`, a case whose thread and directory it goes on with.

const endless = 'RUN while :; do sleep 1; done';
const write = 'WRITE /cwd/new.txt words\nSAY went on';
const schema = {
  type: 'object', properties: { n: { type: 'integer' } }, required: ['n'],
  additionalProperties: false,
};

// HERE is the directory of the tests.
const demo = `[mcp_servers.demo]\ncommand = "node"\nargs = ["HERE/demo_mcp.mjs"]\n`;

// A command that needs more than the sandbox gives.
const escalated = (cmd) =>
  `TOOL exec_command ${JSON.stringify({
    cmd, sandbox_permissions: 'require_escalated', justification: 'it writes',
  })}`;
const touch = `${escalated('touch made.txt')}\nSAY went on`;

const open = (c, thread) =>
  c.open({ ...thread, ...(c.begun ? { resume: c.begun } : {}) });

async function single(c, text, more) {
  await c.say(text, more);
  await c.result();
  c.close();
}

const once = (text, { thread, more, ...spec } = {}) => ({
  ...spec,
  run: async (c) => {
    await open(c, thread);
    await single(c, text, more);
  },
});

// One turn in which every request is answered by the next of `results`.
const asked = (text, results, { thread, ...spec } = {}) => ({
  ...spec,
  run: async (c) => {
    await open(c, thread);
    if (spec.config) await c.until((m) => m.params?.status === 'ready');
    await c.say(text);
    for (const result of results) c.reply((await c.request()).id, result);
    await c.result();
    c.close();
  },
});

const decide = (...decisions) => decisions.map((decision) => ({ decision }));
const act = (action, content = null, _meta = null) => ({ action, content, _meta });

const turns = {
  'turn': once('SAY hello'),
  'turns': {
    run: async (c) => {
      await open(c);
      for (const text of ['SAY one', 'SAY two', 'HIST']) {
        await c.say(text);
        await c.result();
      }
      c.close();
    },
  },
  'turn-steered': {
    run: async (c) => {
      await open(c);
      const turn = await c.say('RUN sleep 1; echo slept');
      await c.running();
      await c.steer(turn, 'SAY steered');
      await c.result();
      await c.steer(turn, 'SAY too late');
      c.close();
    },
  },
  'thinking': once('THINK what to say\nSAY thought'),
  'deltas': once('DRIP 3'),
  'output-schema': once('SAY {"n":7}', { more: { outputSchema: schema } }),
  'output-schema-missing': once('SAY seven', { more: { outputSchema: schema } }),
  'unknown-model': once('SAY hello', { thread: { model: 'no-such-model' } }),
  'max-tokens': once('MAXTOK'),
  'refusal': once('REFUSE'),
  'big-text': once('BIG 20'),
};

const tools = {
  'tool-command': once('SAY looking\nRUN echo out; echo err >&2\nSAY seen'),
  'tool-command-failed': once('RUN echo no; exit 3'),
  'tool-command-quoted': once(`RUN echo "it's" '$HOME' | tr a-z A-Z`),
  'tool-command-big': once('RUN head -c 300000 /dev/zero | tr "\\0" x'),
  'tool-command-sandboxed': once('RUN touch /cwd/not-allowed'),
  'tool-parallel': once(
    'TOOL exec_command {"cmd":"echo a"}\nPTOOL exec_command {"cmd":"echo b"}',
  ),
  'tool-patch': once('WRITE /cwd/note.txt first line\nRUN cat /cwd/note.txt', {
    thread: { sandbox: 'workspace-write' },
  }),
  'tool-unknown': once('TOOL no_such_tool {"x":1}'),
  'tool-in-background': {
    run: async (c) => {
      await open(c);
      await c.say('BGRUN sleep 1; echo late\nSAY started');
      await c.result();
      await c.until((m) => m.method === 'item/completed');
      await single(c, 'SAY next');
    },
  },
  'subagent': once(
    'TOOL spawn_agent {"message":"SAY from below"}\nSAY sent',
    { thread: { model: 'no-such-model' } },
  ),
};

const approvals = {
  'approval-accept': asked(touch, decide('accept')),
  'approval-decline': asked(touch, decide('decline')),
  'approval-decline-steered': {
    run: async (c) => {
      await open(c);
      const turn = await c.say(`${escalated('touch made.txt')}\nHIST`);
      c.reply((await c.request()).id, { decision: 'decline' });
      await c.steer(turn, 'not today');
      await c.result();
      c.close();
    },
  },
  'approval-session': asked(
    `${escalated('touch a')}\n${escalated('touch a')}\n${escalated('touch b')}`,
    decide('acceptForSession', 'decline'),
  ),
  'approval-untrusted': asked('RUN ls\nRUN touch /cwd/a', decide('accept', 'decline'), {
    thread: { approvalPolicy: 'untrusted', sandbox: 'workspace-write' },
  }),
  'approval-never': once(touch, { thread: { approvalPolicy: 'never' } }),
  'approval-patch': asked(write, decide('accept')),
  'approval-patch-declined': asked(write, decide('decline')),
  'approval-interrupted': {
    run: async (c) => {
      await open(c);
      const turn = await c.say(touch);
      await c.request();
      await c.interrupt(turn);
      await single(c, 'SAY alive');
    },
  },
  'approval-stdin-closed': {
    run: async (c) => {
      await open(c);
      await c.say(touch);
      await c.request();
      c.close();
    },
  },
  'mcp-tool': asked(
    'TOOL put {"x":"1"}\nTOOL put {"x":"2"}\nTOOL put {"x":"3"}',
    [act('decline'), act('accept', null, { persist: 'session' })],
    { config: demo, thread: { model: 'no-such-model' } },
  ),
  'mcp-elicitation': asked(
    'TOOL ask {}',
    [act('accept'), act('accept', { name: 'Bob' })],
    { config: demo, thread: { model: 'no-such-model' } },
  ),
  'mcp-server-failed': once('SAY hello', {
    config: '[mcp_servers.gone]\ncommand = "/no/such/program"\n',
  }),
};

async function interrupted(c, text, moment) {
  await open(c);
  const turn = await c.say(text);
  await moment(c);
  await c.interrupt(turn);
  await single(c, 'SAY alive');
}

const delta = (c) => c.until((m) => m.method === 'item/agentMessage/delta');
const prompted = (c) =>
  c.until((m) => m.method === 'item/completed' && m.params.item.type === 'userMessage');

const signalled = (name) => ({
  run: async (c) => {
    await open(c);
    await c.say(endless);
    await c.running();
    c.signal(name);
  },
});

const endings = {
  'interrupt-text': { run: (c) => interrupted(c, 'DRIP 300', delta) },
  'interrupt-tool': { run: (c) => interrupted(c, endless, () => c.running()) },
  'interrupt-waiting': { run: (c) => interrupted(c, 'HANG', prompted) },
  'killed-in-tool': signalled('SIGKILL'),
  'killed-in-tool-resumed': once('HIST', { after: 'killed-in-tool' }),
  'terminated-in-tool': signalled('SIGTERM'),
  'sigint-in-tool': signalled('SIGINT'),
  'resume': once('HIST', { after: 'turn' }),
  'resume-unknown': {
    run: async (c) => {
      c.begun = '01a20000-0000-7000-8000-000000000000';
      await open(c);
      c.close();
    },
  },
  'resume-malformed': {
    run: async (c) => {
      c.begun = 'no-such-thread';
      await open(c);
      c.close();
    },
  },
  'stdin-closed-in-tool': {
    run: async (c) => {
      await open(c);
      await c.say(endless);
      await c.running();
      c.close();
    },
  },
  'bad-flag': { alone: ['app-server', '--no-such-flag'], run: (c) => c.close() },
};

const failing = (status) => once(`FAIL ${status}\nSAY never`);

const failures = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 413, 429, 500, 503].map((s) => [`api-${s}`, failing(s)]),
  ),
  'api-500-once': once('FAIL 500 1\nSAY recovered'),
  'usage-limit': once('FAIL 429 9 3600\nSAY never'),
  'api-cut': once('CUT'),
  'no-auth': once('SAY never', { key: '' }),
};

export const codexCases = { ...turns, ...tools, ...approvals, ...endings, ...failures };
