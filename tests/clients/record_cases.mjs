// The conversations of tests/transcripts/claude, by name. Each drives the real program
// through one thing that an adapter must understand. `args` come after the streaming
// flags; `alone` replaces them; `env` is added; `after` names a case whose session and
// directory it goes on with.

const host = ['--permission-prompt-tool', 'stdio'];
const bash = ['--allowedTools', 'Bash'];
const endless = 'RUN while :; do sleep 1; done';
const quick = { CLAUDE_CODE_MAX_RETRIES: '2' };
const question = {
  questions: [{
    question: 'Which colour?', header: 'Colour', multiSelect: false,
    options: [{ label: 'Red', description: 'warm' }, { label: 'Blue', description: 'cold' }],
  }],
};

const once = (text, more = {}) => ({ ...more, run: (c) => single(c, text) });

async function single(c, text) {
  c.say(text);
  await c.result();
  c.close();
}

// One turn with one permission request, answered by `answer(request)`.
const asked = (text, answer, more = {}) => ({
  args: host,
  ...more,
  run: async (c) => {
    c.say(text);
    const { request_id, request } = await c.permission();
    c.reply(request_id, answer(request));
    await c.result();
    c.close();
  },
});

const turns = {
  'turn': once('SAY hello'),
  'turn-one-shot': {
    alone: ['-p', 'SAY hello', '--output-format', 'stream-json', '--verbose'],
    run: (c) => c.close(),
  },
  'turns': {
    run: async (c) => {
      for (const text of ['SAY one', 'SAY two', 'HIST']) {
        c.say(text);
        await c.result();
      }
      c.close();
    },
  },
  'turns-queued': {
    run: async (c) => {
      for (const text of ['SLOW 1\nSAY one', 'SAY two', 'SAY three']) c.say(text);
      await c.result();
      await c.result();
      c.close();
    },
  },
  'turn-steered': {
    args: bash,
    run: async (c) => {
      c.say('RUN sleep 1; echo slept');
      await c.toolCall();
      c.say('SAY steered');
      await c.result();
      c.close();
    },
  },
  'turn-replayed': {
    args: ['--replay-user-messages'],
    run: async (c) => {
      c.say('SAY hello', { uuid: '11111111-2222-4333-8444-555555555555' });
      await c.result();
      c.close();
    },
  },
  'thinking': once('THINK what to say\nSAY thought'),
  'partial-messages': once('THINK what to say\nDRIP 3', {
    args: ['--include-partial-messages'],
  }),
  'initialize': {
    run: async (c) => {
      await c.ask('init-1', { subtype: 'initialize', hooks: null });
      await single(c, 'SAY initialized');
    },
  },
  'controls': {
    run: async (c) => {
      c.say('SAY first');
      await c.result();
      await c.ask('c-1', { subtype: 'set_permission_mode', mode: 'acceptEdits' });
      await c.ask('c-2', { subtype: 'set_model', model: 'claude-haiku-4-5' });
      await c.ask('c-3', { subtype: 'no_such_request' });
      await single(c, 'SAY second');
    },
  },
  'max-turns': once('RUN echo a\nRUN echo b\nSAY never', {
    args: [...bash, '--max-turns', '1'],
  }),
  'max-tokens': once('MAXTOK'),
  'refusal': once('REFUSE'),
  'big-text': once('BIG 20'),
};

const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

const tools = {
  'tool-bash': once('SAY looking\nRUN echo out; echo err >&2\nSAY seen', { args: bash }),
  'tool-bash-failed': once('RUN echo no; exit 3', { args: bash }),
  'tool-bash-long': once('RUN sleep 4; echo late', { args: bash }),
  'tool-bash-big': once('RUN head -c 300000 /dev/zero | tr "\\0" x', { args: bash }),
  'tool-files': once(
    'WRITE /cwd/note.txt first line\nREAD /cwd/note.txt\n' +
      'TOOL Edit {"file_path":"/cwd/note.txt","old_string":"first","new_string":"second"}',
    { args: ['--permission-mode', 'acceptEdits'] },
  ),
  'tool-parallel': once('TOOL Bash {"command":"echo a"}\nPTOOL Bash {"command":"echo b"}', {
    args: bash,
  }),
  'tool-unknown': once('TOOL NoSuchTool {"x":1}'),
  'tool-bad-input': once('TOOL Read {"path":"/cwd/x"}'),
  'tool-todo': once('TODO plan; build; test', {
    env: { CLAUDE_CODE_ENABLE_TODO_TOOLS: '1', CLAUDE_CODE_ENABLE_TASKS: '0' },
  }),
  'tool-tasks': once(
    'TOOL TaskCreate {"subject":"plan","description":"plan it"}\n' +
      'TOOL TaskUpdate {"taskId":"1","status":"completed"}\nTOOL TaskList {}',
    { env: { CLAUDE_CODE_ENABLE_TODO_TOOLS: '1' } },
  ),
  'structured-output': once('TOOL StructuredOutput {"n":7}', {
    args: ['--json-schema', JSON.stringify(schema)],
  }),
  'structured-output-missing': once('SAY seven', {
    args: ['--json-schema', JSON.stringify(schema)],
  }),
  'background-task': {
    args: bash,
    run: async (c) => {
      c.say('BGRUN sleep 1; echo ready\nSAY started');
      await c.result();
      await c.result();
      c.close();
    },
  },
  'subagent': {
    args: ['--allowedTools', 'Bash', 'Agent', 'Task'],
    run: async (c) => {
      c.say(
        'TOOL Agent {"description":"look","prompt":"RUN echo from below",' +
          '"subagent_type":"general-purpose"}\nSAY sent',
      );
      await c.result();
      await c.result();
      c.close();
    },
  },
};

const touch = 'RUN touch /cwd/made.txt\nSAY went on';
const allow = () => ({ behavior: 'allow' });

const permissions = {
  'permission-allow': asked(touch, ({ input }) => ({ behavior: 'allow', updatedInput: input })),
  'permission-deny': asked(touch, () => ({ behavior: 'deny', message: 'not today' })),
  'permission-deny-interrupt': asked(touch, () => ({
    behavior: 'deny', message: 'stop now', interrupt: true,
  })),
  'permission-changed-input': asked(touch, ({ input }) => ({
    behavior: 'allow', updatedInput: { ...input, command: 'echo instead' },
  })),
  'permission-allow-always': asked(
    'RUN touch /cwd/made.txt\nRUN touch /cwd/made.txt\nSAY both',
    ({ permission_suggestions }) => ({
      behavior: 'allow',
      updatedPermissions: permission_suggestions.filter((s) => s.type === 'addRules'),
    }),
  ),
  'permission-write': asked('WRITE /cwd/new.txt words', allow),
  'permission-malformed-answer': asked(touch, () => ({ behaviour: 'allow' })),
  'permission-parallel': {
    args: host,
    run: async (c) => {
      c.say(
        'TOOL Bash {"command":"touch /cwd/a"}\nPTOOL Bash {"command":"touch /cwd/b"}',
      );
      for (const answer of [allow(), { behavior: 'deny', message: 'one is enough' }]) {
        c.reply((await c.permission()).request_id, answer);
      }
      await c.result();
      c.close();
    },
  },
  'permission-interrupted': {
    args: host,
    run: async (c) => {
      c.say(touch);
      const { request_id } = await c.permission();
      await c.ask('int-1', { subtype: 'interrupt' });
      await c.result();
      c.reply(request_id, allow());
      await single(c, 'SAY alive');
    },
  },
  'permission-stdin-closed': {
    args: host,
    run: async (c) => {
      c.say(touch);
      await c.permission();
      c.close();
      await c.result();
    },
  },
  'permission-no-host': once(touch),
  'question': asked(`TOOL AskUserQuestion ${JSON.stringify(question)}`, ({ input }) => ({
    behavior: 'allow', updatedInput: { ...input, answers: { 'Which colour?': 'Blue' } },
  })),
  'question-denied': asked(`TOOL AskUserQuestion ${JSON.stringify(question)}`, () => ({
    behavior: 'deny', message: 'ask later',
  })),
  'plan-approved': asked('TOOL ExitPlanMode {"plan":"1. do it"}', allow, {
    args: [...host, '--permission-mode', 'plan'],
  }),
};

async function interrupted(c, text, moment) {
  c.say(text);
  await moment(c);
  await c.ask('int-1', { subtype: 'interrupt' });
  await c.result();
  await single(c, 'SAY alive');
}

const begun = (c) => c.until((m) => m.event?.delta?.type === 'text_delta');
const initialized = (c) => c.until((m) => m.subtype === 'init');
const running = (c) => c.until((m) => m.subtype === 'task_started');

const signalled = (name) => ({
  args: bash,
  run: async (c) => {
    c.say(endless);
    await running(c);
    c.signal(name);
  },
});

const endings = {
  'interrupt-text': {
    args: ['--include-partial-messages'],
    run: (c) => interrupted(c, 'DRIP 300', begun),
  },
  'interrupt-tool': { args: bash, run: (c) => interrupted(c, endless, running) },
  'interrupt-waiting': { run: (c) => interrupted(c, 'HANG', initialized) },
  'interrupt-idle': {
    run: async (c) => {
      c.say('SAY done');
      await c.result();
      await c.ask('int-1', { subtype: 'interrupt' });
      await single(c, 'SAY alive');
    },
  },
  'killed-in-tool': signalled('SIGKILL'),
  'killed-in-tool-resumed': once('HIST', { after: 'killed-in-tool' }),
  'terminated-in-tool': signalled('SIGTERM'),
  'sigint-in-tool': signalled('SIGINT'),
  'resume': once('HIST', { after: 'turn' }),
  'resume-unknown': {
    args: ['--resume', '00000000-0000-4000-8000-000000000000'],
    run: (c) => c.say('SAY never'),
  },
  'stdin-closed-in-tool': {
    args: bash,
    run: async (c) => {
      c.say('RUN sleep 1; echo slept\nSAY finished');
      await c.toolCall();
      c.close();
      await c.result();
    },
  },
  'garbage-line': { run: (c) => c.raw('this is not JSON') },
  'unknown-type': {
    run: async (c) => {
      c.send({ type: 'no_such_type', x: 1 });
      await single(c, 'SAY unharmed');
    },
  },
  'bad-flag': { args: ['--no-such-flag'], run: (c) => c.close() },
};

const failure = (status) => once(`FAIL ${status}\nSAY never`, { env: quick });

const failures = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 413, 429, 500, 529].map((s) => [`api-${s}`, failure(s)]),
  ),
  'api-500-once': once('FAIL 500 1\nSAY recovered', { env: quick }),
  'usage-limit': once('FAIL 429 9 3600\nSAY never', { env: quick }),
  'usage-limit-of-a-plan': once('FAIL 429 9 3600\nSAY never', {
    key: '', env: { ...quick, CLAUDE_CODE_OAUTH_TOKEN: 'stub-token' },
  }),
  'api-cut': once('CUT', { env: { CLAUDE_CODE_MAX_RETRIES: '1' } }),
  'api-unreachable': once('SAY never', {
    env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:1', CLAUDE_CODE_MAX_RETRIES: '1' },
  }),
  'no-auth': once('SAY never', { key: '' }),
};

export const cases = { ...turns, ...tools, ...permissions, ...endings, ...failures };
