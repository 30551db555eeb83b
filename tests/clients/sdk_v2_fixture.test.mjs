// The client of the official SDK v2 against the fixture of tests/conformance, over stdio:
// as it is by default, and in the era it can be asked to speak.

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { eras, fixture } from './fixture.mjs';
import { capabilities, fixtureTests, recorded } from './sdk_fixture.mjs';

const logLevel = 'io.modelcontextprotocol/logLevel';

const opened = (options) => async () => {
  const client = new Client({ name: 'sdk-v2', version: '1' }, { capabilities, ...options });
  const { transport, sent } = recorded(new StdioClientTransport(fixture()));
  await client.connect(transport);
  return {
    client,
    sent,
    missing: -32602,
    call: (name, args = {}, { logs, ...more } = {}) => {
      const meta = logs && options.versionNegotiation ? { _meta: { [logLevel]: logs } } : {};
      return client.callTool({ name, arguments: args, ...meta }, more);
    },
    on: (method, handler) =>
      method.startsWith('notifications/')
        ? client.setNotificationHandler(method, handler)
        : client.setRequestHandler(method, handler),
  };
};

fixtureTests('a client of SDK v2', 'legacy', opened({}));

fixtureTests('a client of SDK v2 that finds out the era', 'modern', opened({
  versionNegotiation: { mode: 'auto' },
}));

fixtureTests('a client of SDK v2 of one era alone', 'modern', opened({
  versionNegotiation: { mode: { pin: eras.modern } },
}));
