// The real Claude Code as a supervised agent, offline against the stub model.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { claudeProgram } from './claude_env.mjs';
import { claudeTests, dataMessage, eventually } from './gateway.mjs';
import { agentOf, processesOf } from './processes.mjs';
import { isCancelledInATool, resumesWhenKilledInATool } from './proofs.mjs';

const t = claudeTests();
const { claude, file } = t;
const shell = (prompt, more) =>
  claude(prompt, { permissions: { allow: ['Bash'] }, ...more });

async function asked(prompt) {
  const { run_id } = await claude(prompt);
  const view = await t.session.settled(run_id, 'attention');
  assert.equal(view.status, 'input_required', JSON.stringify(view));
  return view;
}

test('a turn is answered', async () => {
  const { run_id } = await claude('SAY good morning');

  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed');
  assert.equal(view.result.final_response, 'good morning');
  assert.ok(view.result.usage.output_tokens > 0);
  assert.deepEqual(processesOf(run_id), []);
});

test('what it does is told as events', async () => {
  const { run_id } = await claude('THINK hard\nRUN echo from the shell\nSAY done', {
    permissions: { allow: ['Bash'] },
  });

  const events = await t.session.events(run_id);

  const types = events.map((e) => e.type);
  const told = ['reasoning', 'command_started', 'command_finished', 'agent_message'];
  for (const type of told) assert.ok(types.includes(type), `${type} in ${types}`);
  const finished = events.find((e) => e.type === 'command_finished');
  assert.match(JSON.stringify(finished.data), /from the shell/);
});

const output_schema = {
  type: 'object', properties: { n: { type: 'integer' } }, required: ['n'],
};

test('an answer is given as data where a schema asks for it', async () => {
  const { run_id } = await claude('TOOL StructuredOutput {"n":7}', { output_schema });

  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', JSON.stringify(view));
  assert.deepEqual(view.result.structured_output, { n: 7 });
});

test('an answer that does not fit is asked for once more, then fails the run', async () => {
  const { run_id } = await claude('SAY seven', { output_schema });

  const view = await t.session.settled(run_id);
  const events = await t.session.events(run_id);

  assert.equal(view.status, 'failed');
  assert.equal(view.exit.reason, 'agent_error');
  assert.match(view.error, /after it was asked for again/);
  assert.equal(view.attempts.length, 1);
  const mismatches = events.filter((e) => e.data.kind === 'schema_mismatch');
  assert.equal(mismatches.length, 1);
});

test('a permission that is asked for and given lets the tool run', async () => {
  const { run_id, pending } = await asked(`RUN touch ${file('made')}\nSAY made it`);

  const [{ request_id, kind, title, options }] = pending;
  const heldBack = !existsSync(file('made'));
  await t.session.answer(run_id, dataMessage({ request_id, decision: 'allow' }));
  const view = await t.session.settled(run_id);

  assert.equal(pending.length, 1);
  assert.equal(kind, 'permission');
  assert.match(title, /Bash|touch/);
  assert.ok(options.includes('allow') && options.includes('deny'));
  assert.ok(heldBack);
  assert.ok(existsSync(file('made')));
  assert.equal(view.result.final_response, 'made it');
});

test('a permission that is denied keeps the tool from running', async () => {
  const { run_id } = await asked(`RUN touch ${file('made')}`);

  await t.session.answer(run_id, 'deny: not in my house');
  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed');
  assert.match(view.result.final_response, /not in my house/);
  assert.equal(existsSync(file('made')), false);
});

test('a question is answered in words', async () => {
  const question = {
    questions: [{
      question: 'Which colour?', header: 'Colour', multiSelect: false,
      options: [
        { label: 'Red', description: 'warm' },
        { label: 'Blue', description: 'cold' },
      ],
    }],
  };
  const { run_id, pending } = await asked(
    `TOOL AskUserQuestion ${JSON.stringify(question)}`,
  );

  await t.session.answer(run_id, 'Blue');
  const view = await t.session.settled(run_id);

  assert.equal(pending[0].kind, 'question');
  assert.match(JSON.stringify(pending[0].detail), /Which colour\?/);
  assert.match(view.result.final_response, /Which colour\?.*Blue/);
});

test('an agent killed in a tool is resumed and completes', () =>
  resumesWhenKilledInATool(t, shell, claudeProgram));

test('a finished run is continued in the same conversation', async () => {
  const first = await claude('SAY remember me');
  const ended = await t.session.settled(first.run_id);

  const next = await t.session.answer(first.run_id, 'HIST');
  const view = await t.session.settled(next.run_id);

  assert.equal(next.mode, 'resume');
  assert.equal(next.resumed_from_run_id, first.run_id);
  assert.equal(next.session_id, first.session_id);
  assert.equal(view.backend_session_id, ended.backend_session_id);
  assert.equal(view.result.final_response, 'history: [SAY remember me] [HIST]');
});

test('what is said while a turn runs is the next turn', async () => {
  const [up, go] = [file('up'), file('go')];
  const wait = `touch ${up}; until test -e ${go}; do sleep 0.1; done`;
  const { run_id } = await claude(`RUN ${wait}\nSAY first`, {
    permissions: { allow: ['Bash'] },
  });
  await eventually(() => existsSync(up));

  const next = await t.session.answer(run_id, 'HIST');
  const midway = await t.session.get(run_id);
  writeFileSync(go, '');
  const view = await t.session.settled(run_id);
  const events = await t.session.events(run_id);

  assert.equal(next.mode, 'live');
  assert.equal(next.run_id, run_id);
  assert.equal(midway.status, 'running');
  assert.match(view.result.final_response, /^history: \[RUN touch.*\] \[HIST\]$/);
  assert.equal(view.attempts.length, 1);
  const told = events.filter((e) => /^(agent_message|message_added)$/.test(e.type));
  const said = told.map((e) => e.data).filter((data) => data.text);
  assert.deepEqual(said.map((data) => data.text).slice(0, 2), ['HIST', 'first']);
  assert.deepEqual(said[0], { role: 'user', text: 'HIST', waits: true });
  const completed = events.filter((e) => e.type === 'run_completed');
  assert.equal(completed.length, 1);
  assert.equal(completed[0].data.final_response, view.result.final_response);
});

test('cancelling in a tool leaves nothing of the tree', () =>
  isCancelledInATool(t, shell));

test('an error of the service fails the run in words', async () => {
  const { run_id } = await claude('FAIL 400\nSAY never');

  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'failed');
  assert.equal(view.exit.reason, 'agent_error');
  assert.match(view.error, /400/);
});

test('the four verbs start, list, show and kill a session', async () => {
  const verbs = await t.gateway.connect('--toolsets', 'runs,verbs');
  const named = (await verbs.tools()).map((t) => t.name);

  const { session_id } = await verbs.call('start_claude_session', { prompt: 'HANG' });
  await eventually(() => agentOf(session_id, claudeProgram));
  const { sessions } = await verbs.call('list_claude_sessions');
  const shown = await verbs.call('get_claude_session', { session_id });
  const killed = await verbs.call('kill_claude_session', { session_id });

  assert.ok(named.includes('spawn_run') && named.includes('kill_claude_session'));
  assert.deepEqual(sessions.map((s) => s.session_id), [session_id]);
  assert.equal(shown.status, 'running');
  assert.equal(killed.killed, true);
  assert.equal(killed.status, 'cancelled');
  assert.deepEqual(processesOf(session_id), []);
});
