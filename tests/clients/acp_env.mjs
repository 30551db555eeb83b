// The real claude-agent-acp, which brings a Claude Code of its own, and the small agent
// of the tests: how each is started as an agent of the Agent Client Protocol.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export const realAgent = join(
  here, 'node_modules', '@agentclientprotocol', 'claude-agent-acp', 'dist', 'index.js',
);

export const smallCommand = [process.execPath, join(here, 'small_acp_agent.mjs')];
