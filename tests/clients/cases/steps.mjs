// What the cases share. A case is {run(conversation)} with, where needed, `args` after
// the streaming flags or `alone` in their place, `env` added, `key` instead of the
// stub's, and `after`, a case whose session and directory it goes on with.

export const host = ['--permission-prompt-tool', 'stdio'];
export const bash = ['--allowedTools', 'Bash'];

export const once = (text, more = {}) => ({ ...more, run: (c) => single(c, text) });

export async function single(c, text) {
  c.say(text);
  await c.result();
  c.close();
}

// One turn with one permission request, answered by `answer(request)`.
export const asked = (text, answer, more = {}) => ({
  args: host,
  ...more,
  run: async (c) => {
    c.say(text);
    const { request_id, request } = await c.permission();
    c.reply(request_id, answer(request));
    await c.result();
    c.close();
  },
});
