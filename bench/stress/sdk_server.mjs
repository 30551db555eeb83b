// A minimal MCP server on the official SDK, for `troupe-stress --only door`: get_run, which
// looks a run up in a map, and the resources of those runs, which can be subscribed to.
//
//   node sdk_server.mjs <directory of node_modules> <views of runs, JSON> http|stdio
//
// With http it listens on a port of its own, says so in a line of JSON, and takes from stdin
// the numbers of runs whose resource then changes. It ends with its stdin. No Express: it
// would cost each request more.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [, , modules, given, how] = process.argv;
const need = createRequire(join(modules, 'any.js'));
const sdk = (name) => need(`@modelcontextprotocol/sdk/${name}`);
const { McpServer } = sdk('server/mcp.js');
const { SubscribeRequestSchema } = sdk('types.js');
const { z } = need('zod');

const views = new Map(JSON.parse(given).map((view) => [view.run_id, view]));
const watchers = new Map(); // Of each URI.

function makeServer() {
  const server = new McpServer(
    { name: 'sdk_server', version: '1' },
    { capabilities: { resources: { subscribe: true } } },
  );
  server.registerTool(
    'get_run',
    { description: 'Tells all about one run.', inputSchema: { run_id: z.string() } },
    ({ run_id }) => {
      const view = views.get(run_id);
      return { content: [{ type: 'text', text: JSON.stringify(view) }], structuredContent: view };
    },
  );
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    const all = watchers.get(params.uri) ?? new Set();
    watchers.set(params.uri, all.add(server.server));
    return {};
  });
  return server;
}

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString());
}

function serveHttp() {
  const { StreamableHTTPServerTransport } = sdk('server/streamableHttp.js');
  const sessions = new Map();
  const http = createServer(async (request, response) => {
    const id = request.headers['mcp-session-id'];
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    let transport = sessions.get(id);
    if (!transport && body?.method === 'initialize') {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        enableJsonResponse: true,
        onsessioninitialized: (made) => sessions.set(made, transport),
      });
      await makeServer().connect(transport);
    }
    if (transport) await transport.handleRequest(request, response, body);
    else response.writeHead(404).end();
  });
  http.keepAliveTimeout = 75_000;
  http.listen(0, '127.0.0.1', () => {
    const about = join(modules, 'node_modules/@modelcontextprotocol/sdk/package.json');
    const { version } = JSON.parse(readFileSync(about));
    const { port } = http.address();
    console.log(JSON.stringify({ port, name: `SDK ${version}, Node ${process.version}` }));
  });
  const runs = [...views.keys()];
  createInterface({ input: process.stdin })
    .on('line', (number) => {
      const uri = `troupe://runs/${runs[number]}`;
      for (const each of watchers.get(uri) ?? []) each.sendResourceUpdated({ uri });
    })
    .on('close', () => process.exit());
}

if (how === 'http') {
  serveHttp();
} else {
  const { StdioServerTransport } = sdk('server/stdio.js');
  process.stdin.on('end', () => process.exit());
  await makeServer().connect(new StdioServerTransport());
}
