// The real OpenCode, offline: where its program is, and the environment that keeps all
// it writes in a directory of its own.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// The native program itself; the package's own launcher needs its install script.
export const opencodeProgram = join(
  import.meta.dirname, 'node_modules', `opencode-linux-${process.arch}`, 'bin', 'opencode',
);

// It asks for leave only where it is told to.
const settings = (url, key) => ({
  model: 'stub/stub-model',
  small_model: 'stub/stub-model',
  autoupdate: false,
  share: 'disabled',
  permission: { bash: 'ask', edit: 'ask' },
  provider: {
    stub: {
      npm: '@ai-sdk/openai-compatible',
      name: 'stub',
      options: { baseURL: `${url}/v1`, apiKey: key },
      models: {
        'stub-model': {
          name: 'stub',
          limit: { context: 1_000_000, output: 100_000 },
          attachment: true,
          modalities: { input: ['text', 'image'], output: ['text'] },
        },
      },
    },
  },
});

export function opencodeEnv({ home, url, key = 'stub-key', more = {} }) {
  const temp = join(home, 'tmp');
  const config = join(home, '.config', 'opencode');
  mkdirSync(temp, { recursive: true });
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'opencode.json'), JSON.stringify(settings(url, key)));
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: home,
    TMPDIR: temp,
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    ...more,
  };
}
