// What the model does with tools, and what comes of it in the background.

import { bash, once } from './steps.mjs';

const schema = JSON.stringify({
  type: 'object', properties: { n: { type: 'integer' } }, required: ['n'],
});

export const tools = {
  'tool-bash': once('SAY looking\nRUN echo out; echo err >&2\nSAY seen', {
    args: bash,
  }),
  'tool-bash-failed': once('RUN echo no; exit 3', { args: bash }),
  'tool-bash-long': once('RUN sleep 4; echo late', { args: bash }),
  'tool-bash-big': once('RUN head -c 300000 /dev/zero | tr "\\0" x', { args: bash }),
  'tool-files': once(
    'WRITE /cwd/note.txt first line\nREAD /cwd/note.txt\n' +
      'TOOL Edit {"file_path":"/cwd/note.txt",' +
      '"old_string":"first","new_string":"second"}',
    { args: ['--permission-mode', 'acceptEdits'] },
  ),
  'tool-parallel': once(
    'TOOL Bash {"command":"echo a"}\nPTOOL Bash {"command":"echo b"}',
    { args: bash },
  ),
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
    args: ['--json-schema', schema],
  }),
  'structured-output-missing': once('SAY seven', {
    args: ['--json-schema', schema],
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
