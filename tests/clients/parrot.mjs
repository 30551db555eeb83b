#!/usr/bin/env node
// The agent of docs/adding-a-backend.md: it says again what it is told, and knows a few
// orders. Its sessions are files of its directory: all it was told so far.
//
//   FAIL why   fails its turn       WAIT   says so, and no more
//   ALL        says all it was told in its session

import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , flag, resumed] = process.argv;
const session = flag === '--resume' ? resumed : `parrot-${process.pid}`;
const tell = (message) => console.log(JSON.stringify(message));

tell({ session });
createInterface({ input: process.stdin }).on('line', (line) => {
  const { say } = JSON.parse(line);
  appendFileSync(session, `${say}\n`);
  const [order, ...rest] = say.split(' ');
  if (order === 'WAIT') return tell({ word: 'waiting' });
  if (order === 'FAIL') return tell({ failed: rest.join(' ') });
  const all = readFileSync(session, 'utf8').trimEnd().split('\n').join(', ');
  tell({ answer: order === 'ALL' ? all : say });
});
