// The real Claude Code, offline: where its program is, and the environment that keeps
// all it writes in a directory of its own.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

// The native program itself; the package's own launcher needs its install script.
export const claudeProgram = join(
  here, 'node_modules', '@anthropic-ai', `claude-code-linux-${process.arch}`, 'claude',
);

// `home` is made if needed. `url` is the stub's; without a key claude is not logged in.
export function claudeEnv({ home, url, key = 'stub-key', more = {} }) {
  const temp = join(home, 'tmp');
  mkdirSync(temp, { recursive: true });
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: home,
    TMPDIR: temp,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    ANTHROPIC_BASE_URL: url,
    ...(key ? { ANTHROPIC_API_KEY: key } : {}),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    ...more,
  };
}
