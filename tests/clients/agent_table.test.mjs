// The table of docs/backends.md against what the real agents have shown here: it may say
// less than that, never something else. What was not tried here has to be what its test
// would hold it to, at the version that is pinned: at another one nothing was shown.
// UPDATE_GOLDEN=1 writes what was shown into it: a column as a whole, so that no cell is
// older than its date, and none of an agent that was not tried.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { agents } from './agents.mjs';
import {
  columnOf, document, notShown, render, resultOf, tableIn, withTable,
} from './agent_table.mjs';
import { scenarios } from './scenarios.mjs';

const all = Object.values(agents);
const text = readFileSync(document, 'utf8');
const committed = tableIn(text);
const column = (agent) => columnOf(agent, committed, scenarios);
const result = (agent) => resultOf(agent, process.env.TROUPE_SHOWN) ?? {};

if (process.env.UPDATE_GOLDEN) {
  const shown = (agent) => resultOf(agent, process.env.TROUPE_SHOWN) ?? column(agent);
  writeFileSync(document, withTable(text, render(scenarios, all, shown)));
}

test('the table has every agent at its version, and every scenario', () => {
  assert.equal(committed, render(scenarios, all, column), 'UPDATE_GOLDEN=1 rewrites it');
});

for (const agent of all) {
  test(`the table says of ${agent.name} what was shown`, (context) => {
    for (const { name, says } of scenarios) {
      const cell = column(agent)[name];
      const shown = result(agent)[name];
      const outcome = shown ?? agent.outcomes[name] ?? 'yes';
      assert.ok([outcome, notShown].includes(cell), `${says}: ${outcome}, not ${cell}`);
      if (shown && cell === notShown) context.diagnostic(`not in it yet: ${says}`);
    }
  });
}
