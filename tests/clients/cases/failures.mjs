// How the model's service fails.

import { once } from './steps.mjs';

const quick = { CLAUDE_CODE_MAX_RETRIES: '2' };

const failure = (status) => once(`FAIL ${status}\nSAY never`, { env: quick });

export const failures = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 413, 429, 500, 529].map((s) => [`api-${s}`, failure(s)]),
  ),
  'api-500-once': once('FAIL 500 1\nSAY recovered', { env: quick }),
  'usage-limit': once('FAIL 429 9 3600\nSAY never', { env: quick }),
  'usage-limit-of-a-plan': once('FAIL 429 9 3600\nSAY never', {
    key: '', env: { ...quick, CLAUDE_CODE_OAUTH_TOKEN: 'stub-token' },
  }),
  'api-cut': once('CUT', { env: { CLAUDE_CODE_MAX_RETRIES: '1' } }),
  'api-unreachable': once('SAY never', {
    env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:1', CLAUDE_CODE_MAX_RETRIES: '1' },
  }),
  'no-auth': once('SAY never', { key: '' }),
};
