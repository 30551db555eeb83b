// What is Claude Code's own, of the real one offline against the stub model; the rest is
// in scenarios.mjs.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { claudeProgram } from './claude_env.mjs';
import { agentTests, eventually } from './gateway.mjs';
import { agentOf, processesOf } from './processes.mjs';

const t = agentTests('claude_code');
const { start, file } = t;

async function asked(prompt) {
  const { run_id } = await start(prompt);
  const view = await t.session.settled(run_id, 'attention');
  assert.equal(view.status, 'input_required', JSON.stringify(view));
  return view;
}

const output_schema = {
  type: 'object', properties: { n: { type: 'integer' } }, required: ['n'],
};

test('an answer is given as data where a schema asks for it', async () => {
  const { run_id } = await start('TOOL StructuredOutput {"n":7}', { output_schema });

  const view = await t.session.settled(run_id);

  assert.equal(view.status, 'completed', JSON.stringify(view));
  assert.deepEqual(view.result.structured_output, { n: 7 });
});

test('an answer that does not fit is asked for once more, then fails the run', async () => {
  const { run_id } = await start('SAY seven', { output_schema });

  const view = await t.session.settled(run_id);
  const events = await t.session.events(run_id);

  assert.equal(view.status, 'failed');
  assert.equal(view.exit.reason, 'agent_error');
  assert.match(view.error, /after it was asked for again/);
  assert.equal(view.attempts.length, 1);
  const mismatches = events.filter((e) => e.data.kind === 'schema_mismatch');
  assert.equal(mismatches.length, 1);
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

test('what is said while a turn runs is told before what it answers', async () => {
  const [up, go] = [file('up'), file('go')];
  const wait = `touch ${up}; until test -e ${go}; do sleep 0.1; done`;
  const { run_id } = await start(`RUN ${wait}\nSAY first`, {
    permissions: { allow: ['Bash'] },
  });
  await eventually(() => existsSync(up));

  await t.session.answer(run_id, 'HIST');
  writeFileSync(go, '');
  const view = await t.session.settled(run_id);
  const events = await t.session.events(run_id);

  const told = events.filter((e) => /^(agent_message|message_added)$/.test(e.type));
  const said = told.map((e) => e.data).filter((data) => data.text);
  assert.deepEqual(said.map((data) => data.text).slice(0, 2), ['HIST', 'first']);
  assert.deepEqual(said[0], { role: 'user', text: 'HIST', waits: true });
  const completed = events.filter((e) => e.type === 'run_completed');
  assert.equal(completed.length, 1);
  assert.equal(completed[0].data.final_response, view.result.final_response);
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
