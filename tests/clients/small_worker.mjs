#!/usr/bin/env node
// A worker of docs/process-protocol.md that does what the lines of its turn say.
//
//   SAY text      ASK question      waits for an answer, and says it
//   CWD           HANG path         makes the file, and stays
//   FAIL words

import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const waiting = [];
const said = [];
const tell = (type, more) => process.stdout.write(`${JSON.stringify({ type, ...more })}\n`);

const steps = {
  SAY: (text) => void said.push(text),
  CWD: () => void said.push(process.cwd()),
  ASK: async (title) => {
    tell('input_required', { title, kind: 'question', options: ['answer'] });
    const { decision, message } = await new Promise((resolve) => waiting.push(resolve));
    said.push(message ?? decision);
  },
  HANG: (path) => {
    writeFileSync(path, '');
    setInterval(() => {}, 60_000);
    return new Promise(() => {});
  },
  FAIL: (error) => {
    tell('run_failed', { error });
    return true;
  },
};

async function turn(text) {
  said.length = 0;
  for (const line of text.split('\n').filter(Boolean)) {
    const [word, ...rest] = line.split(' ');
    if (await steps[word]?.(rest.join(' '))) return;
  }
  tell('run_completed', { final_response: said.join(' | ') });
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.type === 'turn') turn(message.text);
    if (message.type === 'answer') waiting.shift()?.(message);
  })
  .on('close', () => process.exit(0));
