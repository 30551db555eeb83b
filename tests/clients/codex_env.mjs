// The real Codex, offline: where its program is, and the environment that keeps all it
// writes in a directory of its own.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];

// The native program itself: the package's launcher, killed, leaves it running.
export const codexProgram = join(
  here, 'node_modules', '@openai', `codex-linux-${process.arch}`, 'vendor',
  `${machine}-unknown-linux-musl`, 'bin', 'codex',
);

const toml = ({ url, retries, more }) => `model = "gpt-5.5"
model_provider = "stub"
check_for_update_on_startup = false
[features]
plugins = false
[analytics]
enabled = false
[model_providers.stub]
name = "stub"
base_url = "${url}/v1"
env_key = "STUB_KEY"
wire_api = "responses"
request_max_retries = ${retries}
stream_max_retries = ${retries}
${more}`;

// `home` is made if needed. `url` is the stub's; without a key no request can be made;
// `config` goes to the end of the agent's configuration.
export function codexEnv({
  home, url, key = 'stub-key', retries = 1, config = '', more = {},
}) {
  const temp = join(home, 'tmp');
  const codexHome = join(home, '.codex');
  mkdirSync(temp, { recursive: true });
  mkdirSync(codexHome, { recursive: true });
  writeFileSync(join(codexHome, 'config.toml'), toml({ url, retries, more: config }));
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: home,
    TMPDIR: temp,
    CODEX_HOME: codexHome,
    ...(key ? { STUB_KEY: key } : {}),
    ...more,
  };
}
