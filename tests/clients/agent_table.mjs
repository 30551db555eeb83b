// The table of docs/backends.md that says what came of each scenario with each real
// agent: a row a scenario, a column an agent. A column is what one run of the agent's
// test has shown, and its first row says when that was.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const document = join(import.meta.dirname, '..', '..', 'docs', 'backends.md');

export const notShown = 'not shown';

const dated = { name: 'at', says: 'tried last', otherwise: 'never' };
const rowsOf = (scenarios) => [dated, ...scenarios];

const opening = '<!-- agents: generated -->\n';
const closing = '<!-- end -->';
const cell = (text) => ` ${text.replaceAll('|', '\\|')} `;
const line = (cells) => `|${cells.map(cell).join('|')}|`;
const cellsOf = (text) => text.slice(1, -1).split('|').map((each) => each.trim());

const titleOf = ({ name, version }) => `${name} ${version}`;

// What the tests of an agent wrote: when, and the outcomes; null if they did not run, or
// with another version than is pinned.
export function resultOf({ name, version }, directory) {
  const path = directory && join(directory, `${name}.json`);
  if (!path || !existsSync(path)) return null;
  const result = JSON.parse(readFileSync(path, 'utf8'));
  return result.version === version ? { ...result.shown, at: result.at } : null;
}

// `shownOf` an agent answers its outcomes by scenario.
export function render(scenarios, agents, shownOf) {
  const head = ['', ...agents.map(titleOf)];
  const rows = rowsOf(scenarios).map(({ name, says, otherwise = notShown }) => [
    says, ...agents.map((agent) => shownOf(agent)[name] ?? otherwise),
  ]);
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)]
    .map((text) => `${text}\n`)
    .join('');
}

const borders = (text) => {
  const from = text.indexOf(opening) + opening.length;
  return [from, text.indexOf(closing, from)];
};

export const tableIn = (text) => text.slice(...borders(text));

export function withTable(text, table) {
  const [from, to] = borders(text);
  return text.slice(0, from) + table + text.slice(to);
}

// The column of an agent in a table, read back; empty if it has none.
export function columnOf(agent, table, scenarios) {
  const [head = [], , ...rows] = table.trimEnd().split('\n').map(cellsOf);
  const at = head.indexOf(titleOf(agent));
  const said = new Map(rows.map((row) => [row[0], row[at]]));
  return at < 0
    ? {}
    : Object.fromEntries(
        rowsOf(scenarios).map(({ name, says }) => [name, said.get(says)]),
      );
}
