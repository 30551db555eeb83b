// The Inspector's CLI over stdio, in both eras, against the fixture that the library of
// the room mcp is held against.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { contents, eras, fixture, kinds, listed, prompts, resources } from './fixture.mjs';
import { Inspector, ended } from './inspector.mjs';

for (const [era, revision] of Object.entries(eras)) {
  describe(`the fixture in the ${era} era`, () => {
    let it;

    before(() => (it = new Inspector(fixture(), era)));
    after(() => it.close());

    test('says who it is, and in which revision', async () => {
      const told = await it.get('initialize');

      assert.equal(told.serverInfo.name, 'troupe-conformance');
      assert.equal(told.protocolVersion, revision);
      for (const what of ['tools', 'resources', 'prompts']) assert.ok(told.capabilities[what]);
    });

    for (const [what, count] of Object.entries(listed)) {
      const method = what === 'resourceTemplates' ? 'resources/templates' : what;
      test(`lists its ${what}`, async () => {
        const all = (await it.get(`${method}/list`))[what];

        assert.equal(all.length, count, JSON.stringify(all.map((one) => one.name)));
      });
    }

    for (const [name, types] of Object.entries(contents)) {
      test(`${name} answers with ${types.join(', ')}`, async () => {
        const { code, result, told } = await it.call(name);

        assert.equal(code, ended.well, told);
        assert.deepEqual(kinds(result.content), types);
      });
    }

    test('a tool that fails, and one that there is not, are told apart', async () => {
      const failed = await it.call('test_error_handling');
      const unknown = await it.call('no_such_tool');

      assert.equal(failed.code, ended.toolError, failed.told);
      assert.equal(failed.result.isError, true);
      assert.match(failed.result.content[0].text, /intentionally/);
      assert.equal(unknown.code, ended.toolError);
      assert.match(unknown.told, /no_such_tool.*not found/);
    });

    for (const [uri, isIt] of Object.entries(resources)) {
      test(`${uri} is read`, async () => {
        const [one] = (await it.read(uri)).contents;

        assert.equal(one.uri, uri);
        assert.ok(isIt(one), JSON.stringify(one));
      });
    }

    test('what is not there is told by its URI', async () => {
      const { code, told } = await it.ask('resources/read', '--uri', 'test://nothing');

      assert.notEqual(code, ended.well);
      assert.match(told, /test:\/\/nothing/);
    });

    for (const [name, [args, types]] of Object.entries(prompts)) {
      test(`the prompt ${name} is got`, async () => {
        const { messages } = await it.prompt(name, args);

        assert.deepEqual(messages.map((m) => m.content.type), types);
        for (const value of Object.values(args)) {
          assert.ok(JSON.stringify(messages).includes(value), value);
        }
      });
    }
  });
}
