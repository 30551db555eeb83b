// What both forms of the real Codex tell of one turn.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';

// `t` is of agentTests; answers all events.
export async function tellsWhatItDoes(t, more) {
  const { run_id } = await t.start(
    `THINK hard\nRUN echo from the shell\nWRITE ${t.file('new')} words\nSAY done`, more,
  );

  const events = await t.session.events(run_id);

  const types = events.map((e) => e.type);
  const told = [
    'reasoning', 'command_started', 'command_finished', 'tool_started', 'file_changed',
    'tool_finished', 'agent_message', 'run_completed',
  ];
  for (const type of told) assert.ok(types.includes(type), `${type} in ${types}`);
  const finished = events.find((e) => e.type === 'command_finished');
  assert.equal(finished.data.command, 'echo from the shell');
  assert.equal(finished.data.output, 'from the shell\n');
  assert.ok(existsSync(t.file('new')));
  return events;
}
