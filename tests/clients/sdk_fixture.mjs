// What a client of the official SDKs does with the fixture of tests/conformance over
// stdio: the same tests for each SDK and era.
//
// `open` connects a client that can do all a client can, and answers {client, call(name,
// args, options), on(method, handler), sent, missing}: handlers by the names of the wire, and the
// messages that the client has sent; `missing` is the code by which it tells of a resource
// that there is not.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { contents, eras, kinds, listed, prompts, resources } from './fixture.mjs';
import { eventually } from './gateway.mjs';

const version = 'io.modelcontextprotocol/protocolVersion';

export const capabilities = {
  elicitation: { form: {} }, sampling: {}, roots: { listChanged: true },
};

// A person who fills in every form, a model that says what it was asked, and one root.
const answers = {
  'elicitation/create': ({ params }) => {
    const given = {
      name: 'Ada', username: 'Ada', email: 'a@b.c', color: 'blue', ok: true, context: 'rain',
    };
    const asked = Object.keys(params.requestedSchema.properties);
    const content = Object.fromEntries(asked.map((name) => [name, given[name]]));
    return { action: 'accept', content };
  },
  'sampling/createMessage': ({ params }) => {
    const { text } = [params.messages[0].content].flat()[0];
    const content = { type: 'text', text: `asked: ${text}` };
    return { role: 'assistant', model: 'none', stopReason: 'endTurn', content };
  },
  'roots/list': () => ({ roots: [{ uri: 'file:///work', name: 'work' }] }),
};

// The first text of what these tools answer once they have what they need.
const rounds = {
  test_elicitation: [{ message: 'Who?' }, /^User response: action=accept, .*Ada/],
  test_sampling: [{ prompt: 'Why?' }, /^LLM response: asked: Why\?$/],
  test_input_required_result_elicitation: [{}, /^Hello, Ada!$/],
  test_input_required_result_sampling: [{}, /capital of France/],
  test_input_required_result_list_roots: [{}, /^Found 1 root\(s\)$/],
  test_input_required_result_request_state: [{}, /^state-ok$/],
  test_input_required_result_multiple_inputs: [{}, /^all given$/],
  test_input_required_result_multi_round: [{}, /^Ada likes blue$/],
};

const codeOf = (promise) => promise.then(() => 'none', (error) => error.code);

export function fixtureTests(name, era, open) {
  describe(name, () => {
    let it;

    const textOf = async (tool, args) => (await it.call(tool, args)).content[0].text;

    before(async () => {
      it = await open();
      for (const [method, answer] of Object.entries(answers)) it.on(method, answer);
    });
    after(() => it.client.close());

    test(`it speaks MCP ${eras[era]}`, async () => {
      await it.client.listTools();

      const asked = it.sent.find((m) => m.method === 'tools/list');
      const begun = it.sent.find((m) => m.method === 'initialize');
      assert.equal(it.client.getServerVersion().name, 'troupe-conformance');
      if (era === 'modern') assert.equal(asked.params._meta[version], eras.modern);
      else assert.equal(begun.params.protocolVersion, eras.legacy);
      assert.equal(begun === undefined, era === 'modern');
    });

    test('all is listed', async () => {
      const { client } = it;
      const all = {
        ...await client.listTools(), ...await client.listResources(),
        ...await client.listResourceTemplates(), ...await client.listPrompts(),
      };

      for (const [what, count] of Object.entries(listed)) {
        assert.equal(all[what].length, count, what);
      }
    });

    for (const [tool, types] of Object.entries(contents)) {
      test(`${tool} answers with ${types.join(', ')}`, async () => {
        assert.deepEqual(kinds((await it.call(tool)).content), types);
      });
    }

    test('a failure is a result, and an unknown tool an error', async () => {
      const failed = await it.call('test_error_handling');
      const code = await codeOf(it.call('no_such_tool'));

      assert.equal(failed.isError, true);
      assert.equal(code, -32602);
    });

    // What comes in one piece with the answer, the SDKs do not tell any more.
    test('progress is told before the answer', async () => {
      const told = [];
      const onprogress = ({ progress }) => told.push(progress);

      await it.call('test_tool_with_progress', {}, { onprogress });

      assert.deepEqual(told.slice(0, 2), [0, 50]);
    });

    for (const [tool, [args, expected]] of Object.entries(rounds)) {
      test(`${tool} gets what it needs of the client`, async () => {
        assert.match(await textOf(tool, args), expected);
      });
    }

    test('a call that is given up holds up nobody', async () => {
      const given = new AbortController();
      const { signal } = given;
      const slow = it.call('slow_compute', { seconds: 60, label: 'x' }, { signal });
      const asked = () => it.sent.some((m) => m.params?.name === 'slow_compute');
      await eventually(asked);

      given.abort('enough');

      await assert.rejects(slow);
      assert.equal(await textOf('slow_compute', { seconds: 0, label: 'y' }), 'computed y');
      await eventually(() => it.sent.some((m) => m.method === 'notifications/cancelled'));
    });

    test('resources are read, and what is not there is refused', async () => {
      for (const [uri, isIt] of Object.entries(resources)) {
        const [one] = (await it.client.readResource({ uri })).contents;
        assert.ok(isIt(one), JSON.stringify(one));
      }
      const code = await codeOf(it.client.readResource({ uri: 'test://nothing' }));
      assert.equal(code, it.missing);
    });

    test('prompts are got, and their arguments completed', async () => {
      for (const [prompt, [args, types]] of Object.entries(prompts)) {
        const { messages } = await it.client.getPrompt({ name: prompt, arguments: args });
        assert.deepEqual(messages.map((m) => m.content.type), types);
      }
      const { completion } = await it.client.complete({
        ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
        argument: { name: 'arg1', value: 'te' },
      });
      assert.deepEqual(completion.values, ['test', 'testing']);
    });

    test('a prompt may need something too', async () => {
      const ask = { name: 'test_input_required_result_prompt', arguments: {} };

      const { messages } = await it.client.getPrompt(ask);

      assert.match(messages[0].content.text, /^In the context rain$/);
    });

    test('a change of the tools is told', async () => {
      const told = [];
      it.on('notifications/tools/list_changed', () => void told.push('tools'));
      if (era === 'modern') await it.client.listen({ toolsListChanged: true });

      await it.call('test_trigger_tool_change');

      await eventually(() => told.length > 0);
    });

    test('a resource is watched', async () => {
      const uri = 'test://watched-resource';
      if (era === 'modern') {
        const watching = await it.client.listen({ resourceSubscriptions: [uri] });
        assert.deepEqual(watching.honoredFilter.resourceSubscriptions, [uri]);
        return watching.close();
      }
      assert.deepEqual(await it.client.subscribeResource({ uri }), {});
      assert.deepEqual(await it.client.unsubscribeResource({ uri }), {});
    });

    test('what a tool logs is heard by who asked for it', async () => {
      const heard = [];
      it.on('notifications/message', ({ params }) => void heard.push(params.data));
      if (era === 'legacy') await it.client.setLoggingLevel('debug');

      await it.call('test_tool_with_logging', {}, { logs: 'info' });

      await eventually(() => heard.length === 3);
      assert.equal(heard[0], 'Tool execution started');
    });
  });
}

// The transport, and the messages that go out by it.
export function recorded(transport) {
  const sent = [];
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    sent.push(message);
    return send(message, options);
  };
  return { transport, sent };
}
