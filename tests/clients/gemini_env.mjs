// The real Gemini CLI, offline: where its program is, and the environment that keeps all
// it writes in a directory of its own.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const geminiProgram = join(
  import.meta.dirname, 'node_modules', '@google', 'gemini-cli', 'bundle', 'gemini.js',
);

// A named model spares the request that chooses one. Its look for loops in an answer takes
// longer than the answer.
const settings = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  model: { name: 'gemini-2.5-flash', disableLoopDetection: true },
  telemetry: { enabled: false },
  privacy: { usageStatisticsEnabled: false },
  general: { enableAutoUpdate: false, maxAttempts: 2 },
};

export function geminiEnv({ home, url, key = 'stub-key', more = {} }) {
  const temp = join(home, 'tmp');
  mkdirSync(temp, { recursive: true });
  mkdirSync(join(home, '.gemini'), { recursive: true });
  writeFileSync(join(home, '.gemini', 'settings.json'), JSON.stringify(settings));
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: home,
    TMPDIR: temp,
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    ...(key ? { GEMINI_API_KEY: key } : {}),
    ...more,
  };
}
