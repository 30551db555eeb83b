// Conversations of one turn with `codex exec`. A case is a prompt with, where needed,
// `args`, `key` instead of the stub's, `signal` to send once a command runs, and `after`,
// a case whose thread and directory it goes on with.

const endless = 'RUN while :; do sleep 1; done';

export const codexExecCases = {
  'turn': { prompt: 'SAY hello' },
  'lines': { prompt: 'THINK deep\nSAY hello\n' },
  'resume': { prompt: 'HIST', after: 'turn' },
  'resume-unknown': {
    prompt: 'SAY hello', session: '01a1f829-0000-7000-8000-000000000000',
  },
  'refused-resumed': { prompt: 'HIST', after: 'api-400' },
  'commands': { prompt: 'RUN echo one\nRUN false\nSAY all done', args: ['-s', 'workspace-write'] },
  'file': { prompt: 'WRITE /cwd/new.txt words\nSAY went on', args: ['-s', 'workspace-write'] },
  'read-only': { prompt: 'RUN touch made.txt\nSAY went on', args: ['-s', 'read-only'] },
  'big-text': { prompt: 'BIG 200' },
  'api-400': { prompt: 'FAIL 400' },
  'api-401': { prompt: 'FAIL 401' },
  'api-429': { prompt: 'FAIL 429 9' },
  'api-500': { prompt: 'FAIL 500 9' },
  'api-503': { prompt: 'FAIL 503 9' },
  'api-cut': { prompt: 'MIDFAIL' },
  'no-key': { prompt: 'SAY hello', key: '' },
  'bad-flag': { prompt: 'SAY hello', args: ['--no-such-flag'] },
  'killed': { prompt: endless, args: ['-s', 'workspace-write'], signal: 'SIGKILL' },
  'interrupted': { prompt: endless, args: ['-s', 'workspace-write'], signal: 'SIGINT' },
};
