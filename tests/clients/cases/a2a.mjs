// What remote agents are recorded at. Each case acts and names its runs, which have ended.

import { eventually } from '../gateway.mjs';
import { processesOf } from '../processes.mjs';

const held = (agent) => eventually(() => agent.executor.held.size === 1);

const answers = (prompt) => async ({ start, session }) => {
  const { run_id } = await start(prompt);
  await session.settled(run_id);
  return [run_id];
};

const asks = (prompt, answer) => async ({ start, session }) => {
  const { run_id } = await start(prompt);
  await session.settled(run_id, 'attention');
  await session.answer(run_id, answer);
  await session.settled(run_id);
  return [run_id];
};

const whileHeld = (act) => async ({ agent, start, session }) => {
  const { run_id } = await start('SAY before\nHOLD\nSAY after');
  await held(agent);
  await act({ agent, session, run_id });
  agent.executor.release();
  await session.settled(run_id);
  return [run_id];
};

const cancels = whileHeld(({ session, run_id }) =>
  session.call('cancel_run', { run_id, wait_ms: 30_000 }));

const breaks = whileHeld(async ({ agent }) => {
  await agent.down();
  await agent.up();
});

const killed = whileHeld(async ({ agent, session, run_id }) => {
  process.kill(processesOf(run_id)[0].pid, 'SIGKILL');
  await eventually(async () => (await session.get(run_id)).attempts.length === 2);
});

const forgets = async ({ agent, start, session }) => {
  const { run_id } = await start('HOLD\nSAY done');
  await held(agent);
  await agent.down();
  agent.forget();
  await agent.up();
  await eventually(() => agent.prompts.length === 2);
  agent.executor.release();
  await session.settled(run_id);
  return [run_id];
};

const continues = async ({ start, session }) => {
  const first = await start('SAY one');
  await session.settled(first.run_id);
  const next = await session.answer(first.run_id, 'SAY two');
  await session.settled(next.run_id);
  return [first.run_id, next.run_id];
};

const everything = 'SAY words\nCHUNKS a b c\nDATA {"x":[1,2]}';

export const a2aCases = {
  'v1-answer': { act: answers(everything) },
  'v1-question': { act: asks('ASK which colour?\nSAY thanks', 'green') },
  'v1-login': { act: asks('LOGIN over there\nSAY in', 'done') },
  'v1-failed': { act: answers('FAIL it broke') },
  'v1-rejected': { act: answers('REJECT no thanks') },
  'v1-cancelled': { act: cancels },
  'v1-reconnected': { act: breaks },
  'v1-killed': { act: killed },
  'v1-forgotten': { act: forgets },
  'v1-continued': { act: continues },
  'v1-polled': { act: whileHeld(() => {}), streaming: false },
  'v03-answer': { act: answers(everything), version: '0.3' },
  'v03-question': { act: asks('ASK which colour?', 'green'), version: '0.3' },
  'v03-cancelled': { act: cancels, version: '0.3' },
  'v03-reconnected': { act: breaks, version: '0.3' },
  'v03-polled': { act: whileHeld(() => {}), version: '0.3', streaming: false },
};
