// What is asked of the host, and each way to answer.

import { asked, host, once, single } from './steps.mjs';

const question = `TOOL AskUserQuestion ${JSON.stringify({
  questions: [{
    question: 'Which colour?', header: 'Colour', multiSelect: false,
    options: [
      { label: 'Red', description: 'warm' },
      { label: 'Blue', description: 'cold' },
    ],
  }],
})}`;

const touch = 'RUN touch /cwd/made.txt\nSAY went on';
const allow = () => ({ behavior: 'allow' });

export const permissions = {
  'permission-allow': asked(touch, ({ input }) => ({
    behavior: 'allow', updatedInput: input,
  })),
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
  'question': asked(question, ({ input }) => ({
    behavior: 'allow', updatedInput: { ...input, answers: { 'Which colour?': 'Blue' } },
  })),
  'question-denied': asked(question, () => ({
    behavior: 'deny', message: 'ask later',
  })),
  'plan-approved': asked('TOOL ExitPlanMode {"plan":"1. do it"}', allow, {
    args: [...host, '--permission-mode', 'plan'],
  }),
};
