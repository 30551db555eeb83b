// The client of the official SDK v1 against the fixture of tests/conformance, over stdio.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { fixture } from './fixture.mjs';
import { capabilities, fixtureTests, recorded } from './sdk_fixture.mjs';

const schemas = {
  'elicitation/create': types.ElicitRequestSchema,
  'sampling/createMessage': types.CreateMessageRequestSchema,
  'roots/list': types.ListRootsRequestSchema,
  'notifications/message': types.LoggingMessageNotificationSchema,
  'notifications/tools/list_changed': types.ToolListChangedNotificationSchema,
};

fixtureTests('a client of SDK v1', 'legacy', async () => {
  const client = new Client({ name: 'sdk-v1', version: '1' }, { capabilities });
  const { transport, sent } = recorded(new StdioClientTransport(fixture()));
  await client.connect(transport);
  return {
    client,
    sent,
    missing: -32002,
    call: (name, args = {}, { logs, ...options } = {}) =>
      client.callTool({ name, arguments: args }, undefined, options),
    on: (method, handler) =>
      method.startsWith('notifications/')
        ? client.setNotificationHandler(schemas[method], handler)
        : client.setRequestHandler(schemas[method], handler),
  };
});
