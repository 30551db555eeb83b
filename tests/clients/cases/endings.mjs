// How turns and processes end before their time, and how they are gone on with.

import { bash, once, single } from './steps.mjs';

const endless = 'RUN while :; do sleep 1; done';

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

export const endings = {
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
