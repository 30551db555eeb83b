// The stub model's script by itself: what it says at each point of a conversation.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatConversation, chatTools } from './stub_chat.mjs';
import { geminiConversation, geminiTools } from './stub_gemini.mjs';
import { asConversation, codexTools } from './stub_responses.mjs';
import { nextTurn } from './stub_script.mjs';

const user = (text) => ({ role: 'user', content: [{ type: 'text', text }] });
const said = (text) => ({ role: 'assistant', content: [{ type: 'text', text }] });
const called = { role: 'assistant', content: [{ type: 'tool_use', name: 'Bash' }] };
const result = (content) => ({
  role: 'user', content: [{ type: 'tool_result', content }],
});
const after = (...messages) => nextTurn({ messages }).steps;

test('a tool call ends a turn and its result goes on with the next line', () => {
  const script = user('SAY first\nRUN ls\nSAY last');

  assert.deepEqual(after(script).map((s) => s.do), ['text', 'tool']);
  assert.deepEqual(after(script, called, result('files')), [{ do: 'text', text: 'last' }]);
});

test('a parallel call joins the turn of the call before it', () => {
  const steps = after(user('TOOL A {"x":1}\nPTOOL B {}\nSAY both'));

  assert.deepEqual(steps.map((s) => s.name), ['A', 'B']);
});

test('the end of a script tells the last result, once and ever after', () => {
  const whole = [user('RUN ls'), called, result('files')];
  const done = [{ do: 'text', text: 'done; last tool result: files' }];

  assert.deepEqual(after(...whole), done);
  assert.deepEqual(after(...whole, said('done'), user('it is over')), done);
});

test('fields of the last result stand in for themselves, quoted where needed', () => {
  const script = user('RUN ls\nTOOL A {"id":"${result.runs.0.id}"}');

  const [step] = after(script, called, result('{"runs":[{"id":"say \\"x\\""}]}'));

  assert.deepEqual(step.input, { id: 'say "x"' });
});

test('a call that was lost with the agent is made again', () => {
  const steps = after(user('RUN ls\nSAY last'), user('You were restarted.'));

  assert.deepEqual(steps.map((s) => s.name), ['Bash']);
});

test('a call that was cut off and filled in by the agent goes on with the next line', () => {
  const script = [user('RUN ls\nSAY last'), called, result('interrupted')];
  const steps = after(...script, said('No response requested.'), user('Go on.'));

  assert.deepEqual(steps, [{ do: 'text', text: 'last' }]);
});

test('what was interrupted before it spoke is left behind', () => {
  const merged = 'HANG\n[Request interrupted by user]\nSAY alive';

  assert.deepEqual(after(user(merged)), [{ do: 'text', text: 'alive' }]);
});

test('reminders of the agent hold no directives', () => {
  const text = '<system-reminder>\nSAY no\n</system-reminder>\nSAY yes';

  assert.deepEqual(after(user(text)), [{ do: 'text', text: 'yes' }]);
});

test('the history names what each earlier text asked for', () => {
  const [step] = after(user('SAY one'), said('one'), user('HIST'));

  assert.equal(step.text, 'history: [SAY one] [HIST]');
});

const input = (role, text) => ({
  type: 'message', role, content: [{ type: 'input_text', text }],
});
const call = { type: 'function_call', name: 'exec_command', arguments: '{}' };
const output = (text) => ({ type: 'function_call_output', output: text });
const next = (...items) => nextTurn(asConversation({ input: items }), codexTools).steps;

test('a conversation of the Responses API is read as any other', () => {
  const script = [
    input('developer', 'SAY no'),
    input('user', '<environment_context>\nSAY no\n</environment_context>'),
    input('user', 'SAY looking\nRUN ls\nSAY last'),
  ];
  const answer = [input('assistant', 'looking'), call, output('files')];

  const [said, tool] = next(...script);

  assert.equal(said.text, 'looking');
  assert.deepEqual([tool.name, tool.input], ['exec_command', { cmd: 'ls' }]);
  assert.deepEqual(next(...script, ...answer), [{ do: 'text', text: 'last' }]);
});

test('a file is written by the patch that Codex applies', () => {
  const [step] = next(input('user', 'WRITE /a/b two words'));

  assert.equal(step.name, 'apply_patch');
  assert.match(step.input, /^\*\*\* Begin Patch\n\*\*\* Add File: \/a\/b\n\+two words\n/);
});

test('a conversation of chat completions is read as any other', () => {
  const script = [
    { role: 'system', content: 'SAY no' },
    { role: 'user', content: [{ type: 'text', text: 'RUN ls\nSAY last' }] },
  ];
  const call = { id: 'c', type: 'function', function: { name: 'bash', arguments: '{}' } };
  const answer = [
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c', content: 'files' },
  ];
  const next = (...messages) => nextTurn(chatConversation({ messages }), chatTools).steps;

  assert.equal(next(...script)[0].input.command, 'ls');
  assert.deepEqual(next(...script, ...answer), [{ do: 'text', text: 'last' }]);
});

test('contents of Gemini are read as any other', () => {
  const script = {
    role: 'user',
    parts: [{ text: '<session_context>\nSAY no' }, { text: 'RUN ls\nSAY ${result}' }],
  };
  const functionCall = { name: 'run_shell_command', args: { command: 'ls' } };
  const functionResponse = { name: 'run_shell_command', response: { output: 'files' } };
  const answer = [
    { role: 'model', parts: [{ text: 'so', thought: true }, { functionCall }] },
    { role: 'user', parts: [{ functionResponse }] },
  ];
  const next = (...contents) =>
    nextTurn(geminiConversation({ contents }), geminiTools).steps;

  assert.equal(next(script)[0].input.command, 'ls');
  assert.deepEqual(next(script, ...answer), [{ do: 'text', text: 'files' }]);
});

test('what came with the words is seen, whatever the service', () => {
  const data = 'AAAA';
  const url = `data:image/png;base64,${data}`;
  const sees = (conversation) => nextTurn(conversation).steps[0].text;

  const plain = { type: 'image', source: { media_type: 'image/png', data } };
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'SEES' }, plain] }];
  const input = [{
    type: 'message', role: 'user',
    content: [{ type: 'input_text', text: 'SEES' }, { type: 'input_image', image_url: url }],
  }];
  const chat = [{
    role: 'user',
    content: [{ type: 'text', text: 'SEES' }, { type: 'image_url', image_url: { url } }],
  }];
  const contents = [{
    role: 'user',
    parts: [{ text: 'SEES' }, { inlineData: { mimeType: 'image/png', data } }],
  }];

  assert.equal(sees({ messages }), 'sees: image/png 4');
  assert.equal(sees(asConversation({ input })), 'sees: image/png 4');
  assert.equal(sees(chatConversation({ messages: chat })), 'sees: image/png 4');
  assert.equal(sees(geminiConversation({ contents })), 'sees: image/png 4');
  assert.equal(sees({ messages: [user('SEES')] }), 'sees: nothing');
});
