// What is said and answered without tools.

import { bash, once, single } from './steps.mjs';

export const turns = {
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
