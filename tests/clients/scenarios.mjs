// What every real agent is put through alike. A scenario is one thing an agent may be
// able to do: {name, says, run(a)}. It answers what came of it in a word or two, `yes`
// where the agent does it; the row of an agent in agents.mjs names what comes of it
// there instead. Whatever came, Troupe has to have ended it in good order, which the
// scenario asserts. `a` is the agent under test, see agent.test.mjs.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { dataMessage, eventually } from './gateway.mjs';
import { agentOf, processesOf } from './processes.mjs';

// A picture of one pixel.
const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA' +
  'AABJRU5ErkJggg==';

const endless = 'while :; do sleep 1; done';

const inPhase = (a, run_id, phase) =>
  eventually(async () => {
    const view = await a.session.get(run_id);
    assert.equal(view.phase, phase, JSON.stringify(view));
    return view;
  });

async function hasTold(a, run_id, type) {
  const { events } = await a.session.call('poll_events', { run_id, limit: 1000 });
  return events.some((e) => e.type === type);
}

// A run that waits for leave to make a file, and went on to do nothing meanwhile.
async function asked(a, then) {
  const { run_id } = await a.start(`${a.asks(`touch ${a.file('made')}`)}\n${then}`);
  const view = await a.session.settled(run_id, 'attention');
  assert.equal(view.status, 'input_required', JSON.stringify(view));
  assert.equal(view.pending.length, 1);
  assert.equal(view.pending[0].kind, 'permission');
  assert.match(view.pending[0].title, /touch/);
  assert.equal(existsSync(a.file('made')), false);
  return view;
}

// One that asks for nothing is not started where something is to be asked about.
async function askless(a, permissions) {
  const { run_id } = await a.start('SAY never', { permissions });
  const view = await a.session.settled(run_id);
  assert.equal(view.exit.reason, 'spawn_failed', view.error);
  assert.match(view.error, /asks for nothing/);
  return 'asks for nothing';
}

// Continues a run that has ended with a question for its history.
async function goOn(a, run_id) {
  const ended = await a.session.get(run_id);
  await eventually(() => a.canLoad(ended));
  const next = await a.session.answer(run_id, 'HIST');
  a.runs.push(next.run_id);
  const view = await a.session.settled(next.run_id);
  assert.equal(next.mode, 'resume');
  assert.equal(next.resumed_from_run_id, run_id);
  assert.equal(next.session_id, ended.session_id);
  return view;
}

async function continued(a, run_id) {
  const view = await goOn(a, run_id);
  assert.equal(view.status, 'completed', view.error);
  return view;
}

const afresh = 'begins afresh';
const silent = 'retries in silence until turn_s';

export const scenarios = [
  {
    name: 'turn',
    says: 'a turn is answered',
    async run(a) {
      const { run_id } = await a.start('SAY good morning');
      const view = await a.session.settled(run_id);
      assert.equal(view.status, 'completed', view.error);
      assert.equal(view.result.final_response, 'good morning');
      assert.deepEqual(processesOf(run_id), []);
      return 'yes';
    },
  },
  {
    name: 'usage',
    says: 'what it used is told',
    async run(a) {
      const { run_id } = await a.start('SAY good morning');
      const { result } = await a.session.settled(run_id);
      if (a.usage) assert.deepEqual(result.usage, a.usage);
      const tokens = result.usage?.output_tokens > 0;
      const money = result.cost_usd > 0;
      return tokens ? (money ? 'tokens and money' : 'tokens') : 'no';
    },
  },
  {
    name: 'tool',
    says: 'a command is told from its start to its end',
    async run(a) {
      const { run_id } = await a.shell('RUN echo from the shell\nSAY done');
      const events = await a.session.events(run_id);
      const of = (type) => events.filter((e) => e.type === type);
      const view = await a.session.get(run_id);
      assert.equal(view.status, 'completed', view.error);
      assert.equal(view.result.final_response, 'done');
      assert.deepEqual(events.filter((e) => e.data.kind === 'unknown_message'), []);
      assert.equal(of('command_started').length, 1);
      assert.equal(of('command_finished').length, 1);
      const [{ data }] = of('command_finished');
      assert.match(data.command, /echo from the shell/);
      const told = (data.output ?? '').includes('from the shell');
      return told ? 'yes' : 'without its output';
    },
  },
  {
    name: 'reasoning',
    says: 'its reasoning is told',
    async run(a) {
      const { run_id } = await a.start('THINK hard\nSAY done');
      const events = await a.session.events(run_id);
      const thought = events.filter((e) => e.type === 'reasoning');
      return thought.some((e) => /hard/.test(e.data.text)) ? 'yes' : 'no';
    },
  },
  {
    name: 'image',
    says: 'an image in a message reaches the model',
    async run(a) {
      const input_message = {
        parts: [
          { type: 'text', text: 'SEES' },
          { type: 'file', name: 'dot.png', mime_type: 'image/png', bytes_base64: dot },
        ],
      };
      if (a.oneTurn) {
        const order = { ...a.order(undefined, { cwd: a.cwd }), input_message };
        const refusal = await a.session.refusal('spawn_run', {
          backend: a.backend, ...order,
        });
        assert.match(refusal, /parts\[1\]: codex_exec takes no bytes/);
        return 'is refused';
      }
      const { run_id } = await a.start(undefined, { input_message });
      const view = await a.session.settled(run_id);
      assert.equal(view.status, 'completed', view.error);
      const sees = /^sees: image\/png (\d+)$/.exec(view.result.final_response);
      return Number(sees?.[1]) > 0 ? 'yes' : view.result.final_response;
    },
  },
  {
    name: 'allow',
    says: 'a permission that is given lets the tool run',
    async run(a) {
      if (!a.asks) return askless(a, { ask: ['Bash'] });
      const { run_id, pending } = await asked(a, 'SAY made it');
      const [{ request_id, options }] = pending;
      assert.ok(options.includes('allow') && options.includes('deny'), options);
      await a.session.answer(run_id, dataMessage({ request_id, decision: 'allow' }));
      const view = await a.session.settled(run_id);
      assert.equal(view.status, 'completed', view.error);
      assert.equal(view.result.final_response, 'made it');
      assert.ok(existsSync(a.file('made')));
      return 'yes';
    },
  },
  {
    name: 'deny',
    says: 'a permission that is denied keeps the tool from running',
    async run(a) {
      if (!a.asks) return askless(a, { deny: ['Bash'] });
      const { run_id } = await asked(a, 'SAY went on');
      await a.session.answer(run_id, 'deny');
      const view = await a.session.settled(run_id);
      assert.equal(existsSync(a.file('made')), false);
      if (view.status === 'completed') {
        assert.equal(view.result.final_response, 'went on');
        return 'yes';
      }
      assert.equal(view.exit.reason, 'agent_error');
      assert.match(view.error, /a permission was denied/);
      return 'ends its turn';
    },
  },
  {
    name: 'next',
    says: 'what is said while a turn runs is the next turn',
    async run(a) {
      const [up, go] = [a.file('up'), a.file('go')];
      const wait = `touch ${up}; until test -e ${go}; do sleep 0.1; done`;
      const { run_id } = await a.shell(`RUN ${wait}\nSAY first`);
      await eventually(() => existsSync(up));
      if (a.oneTurn) {
        const more = { run_id, input_message: 'HIST' };
        const refusal = await a.session.refusal('continue_run', more);
        writeFileSync(go, '');
        const view = await a.session.settled(run_id);
        assert.match(refusal, /takes no further turn/);
        assert.equal(view.result.final_response, 'first', view.error);
        return 'is refused';
      }
      const next = await a.session.answer(run_id, 'HIST');
      const midway = await a.session.get(run_id);
      writeFileSync(go, '');
      const view = await a.session.settled(run_id);
      assert.equal(next.mode, 'live');
      assert.equal(next.run_id, run_id);
      assert.equal(midway.status, 'running');
      assert.match(view.result.final_response, /^history: \[RUN touch.*\] \[HIST\]$/);
      assert.equal(view.attempts.length, 1);
      return 'yes';
    },
  },
  {
    name: 'continue',
    says: 'a finished run is continued in the same conversation',
    async run(a) {
      const { run_id } = await a.start('SAY remember me');
      const ended = await a.session.settled(run_id);
      const view = await continued(a, run_id);
      if (view.result.final_response === 'history: [HIST]') return afresh;
      assert.equal(view.backend_session_id, ended.backend_session_id);
      assert.equal(view.result.final_response, 'history: [SAY remember me] [HIST]');
      if (a.usage) assert.deepEqual(view.result.usage, a.usage);
      const events = await a.session.events(view.run_id);
      const said = events.filter((e) => e.type === 'agent_message');
      assert.deepEqual(said.map((e) => e.data.text), [view.result.final_response]);
      return 'yes';
    },
  },
  {
    name: 'kill',
    says: 'an agent killed in a tool is resumed and completes',
    async run(a) {
      const once = a.file('once');
      const hang = `test -e ${once} || { touch ${once}; ${endless}; }; echo again`;
      const restart = { backoff_ms: 10 };
      const { run_id } = await a.shell(`RUN ${hang}\nHIST`, { restart });
      await eventually(() => existsSync(once));
      await eventually(() => hasTold(a, run_id, 'command_started'));
      await eventually(async () => a.hasKept(await a.session.get(run_id), a.home));
      process.kill(agentOf(run_id, a.program).pid, 'SIGKILL');
      const view = await a.session.settled(run_id);
      assert.equal(view.status, 'completed', view.error);
      assert.equal(view.restarts, 1);
      assert.equal(view.attempts[0].exit.signal, 9);
      const history = view.result.final_response;
      assert.match(history, /^history: \[RUN test/);
      return /^history: \[RUN test.*\] \[/.test(history) ? 'yes' : afresh;
    },
  },
  {
    name: 'interrupt',
    says: 'a run cancelled while it speaks is continued',
    async run(a) {
      const { run_id } = await a.shell('RUN echo one\nDRIP 3000');
      await eventually(() => a.stub.streaming() > 0);
      const cancelled = await a.session.call('cancel_run', { run_id, wait_ms: 30_000 });
      assert.equal(cancelled.status, 'cancelled');
      assert.deepEqual(processesOf(run_id), []);
      const view = await goOn(a, run_id);
      if (/cannot be gone on with/.test(view.error)) return 'is not known any more';
      assert.equal(view.status, 'completed', view.error);
      const history = view.result.final_response;
      if (history === 'history: [HIST]') return afresh;
      assert.match(history, /^history: \[RUN echo one; DRIP 3000.*HIST\]$/);
      return 'yes';
    },
  },
  {
    name: 'cancel',
    says: 'cancelling in a tool leaves nothing of the tree',
    async run(a) {
      const up = a.file('up');
      const { run_id } = await a.shell(`RUN touch ${up}; ${endless}`);
      await eventually(() => existsSync(up));
      const cancelled = await a.session.call('cancel_run', { run_id, wait_ms: 30_000 });
      assert.equal(cancelled.status, 'cancelled');
      assert.deepEqual(processesOf(run_id), []);
      return 'yes';
    },
  },
  {
    name: 'refusal',
    says: 'a request that the service refuses fails the run at once',
    async run(a) {
      const { run_id } = await a.start('FAIL 400\nSAY never');
      const view = await a.session.settled(run_id);
      assert.equal(view.status, 'failed');
      assert.equal(view.exit.reason, 'agent_error');
      assert.equal(view.attempts.length, 1);
      assert.match(view.error, /400/);
      return 'yes';
    },
  },
  {
    name: 'auth',
    says: 'a key that the service refuses is told as such',
    async run(a) {
      const { run_id } = await a.start('FAIL 401\nSAY never');
      const view = await a.session.settled(run_id, 'attention');
      const { exit } = view.attempts[0];
      if (exit.reason === 'auth') return 'yes';
      assert.equal(exit.reason, 'agent_error', JSON.stringify(view));
      assert.match(view.error, /stub answers 401/);
      return 'in the words of the service alone';
    },
  },
  {
    name: 'silence',
    says: 'a service that never answers is ended by idle_s',
    async run(a) {
      const before = a.stub.unanswered();
      const { run_id } = await a.start('HANG', {
        limits: { startup_s: 100, idle_s: 8 }, restart: { type: 'temporary' },
      });
      const view = await a.session.settled(run_id);
      assert.ok(a.stub.unanswered() > before);
      assert.equal(view.status, 'failed');
      assert.equal(view.exit.reason, 'hung', view.error);
      return 'yes';
    },
  },
  {
    name: 'frozen',
    says: 'an agent that stands still is ended by startup_s or idle_s',
    async run(a) {
      const { run_id } = await a.start('HANG', {
        limits: { startup_s: 5, idle_s: 5 }, restart: { type: 'temporary' },
      });
      const agent = await eventually(() => agentOf(run_id, a.program));
      process.kill(agent.pid, 'SIGSTOP');
      const view = await a.session.settled(run_id);
      assert.equal(view.exit.reason, 'hung', view.error);
      return 'yes';
    },
  },
  {
    name: 'huge',
    says: 'an answer of 2 MiB is kept whole',
    async run(a) {
      const { run_id } = await a.start('BIG 2048');
      const view = await a.session.settled(run_id);
      assert.equal(view.status, 'completed', view.error);
      assert.equal(view.truncated['/result/final_response'], 2048 * 1024);
      return 'yes';
    },
  },
  {
    name: 'overload',
    says: 'an overloaded service is waited for',
    async run(a) {
      const before = a.stub.refused();
      const { run_id } = await a.start('FAIL 503', { limits: a.patience });
      const view = await inPhase(a, run_id, 'backing_off');
      assert.ok(a.stub.refused() > before);
      const left = processesOf(run_id);
      const { events } = await a.session.call('poll_events', { run_id, limit: 1000 });
      const cancelled = await a.session.call('cancel_run', { run_id });
      assert.equal(view.attempts.length, 1);
      assert.deepEqual(left, []);
      assert.equal(events.at(-1).data.phase, 'backing_off');
      assert.equal(cancelled.status, 'cancelled');
      const { reason } = view.attempts[0].exit;
      if (reason === 'timeout') return silent;
      assert.equal(reason, 'overloaded');
      assert.match(events.at(-1).data.cause, /overloaded.*waits \d+ s/);
      return 'yes';
    },
  },
  {
    name: 'limit',
    says: 'a usage limit parks the run until it is over',
    async run(a) {
      const asked = Date.now();
      const script = a.retries ? 'FAIL 429' : 'FAIL 429 1 15\nSAY back at work';
      const { run_id } = await a.start(script, { limits: a.patience, env: a.plan });
      const ended = await eventually(async () => {
        const view = await a.session.get(run_id);
        return view.attempts[0].exit ? view : null;
      });
      const { reason, until } = ended.attempts[0].exit;
      if (reason === 'timeout') return silent;
      assert.equal(reason, 'rate_limited', ended.error);
      if (!until) return 'parks, until when is not told';
      const end = Date.parse(until);
      assert.ok(end > asked + 5_000 && end < asked + 40_000, until);
      const view = await a.session.settled(run_id);
      assert.equal(view.status, 'completed', view.error);
      assert.equal(view.result.final_response, 'back at work');
      assert.ok(Date.parse(view.attempts[1].started_at) >= end);
      return 'yes';
    },
  },
];
