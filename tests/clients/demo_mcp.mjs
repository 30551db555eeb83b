// An MCP server on stdin and stdout for the agents under test: `put` answers at once,
// `ask` asks the client's person for a name and answers what came back.

import { createInterface } from 'node:readline';

const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
const text = (words) => ({ content: [{ type: 'text', text: words }] });
const object = (properties) => ({ type: 'object', properties });
const tools = [
  { name: 'put', description: 'puts x', inputSchema: object({ x: { type: 'string' } }) },
  { name: 'ask', description: 'asks for a name', inputSchema: object({}) },
];

let asker;

const answers = {
  'initialize': ({ params }) => ({
    protocolVersion: params.protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'demo', version: '1' },
  }),
  'tools/list': () => ({ tools }),
  'tools/call'({ id, params }) {
    if (params.name === 'put') return text(`put ${params.arguments.x}`);
    asker = id;
    const form = object({ name: { type: 'string' } });
    send({
      id: 'name', method: 'elicitation/create',
      params: { message: 'Your name?', requestedSchema: { ...form, required: ['name'] } },
    });
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.id === 'name') {
    send({ id: asker, result: text(`answered ${JSON.stringify(message.result)}`) });
  }
  const result = answers[message.method]?.(message);
  if (result) send({ id: message.id, result });
});
