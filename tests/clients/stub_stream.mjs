// The steps of a turn, played as server-sent events. What the services share: text in
// pieces, pauses, streams that break off. Each brings the words of its own protocol:
// begin, delta and finish of a text, thinking, tool, stop and end.

import { pause } from './stub_http.mjs';

const pieceSize = 4096;

export class TurnStream {
  said = null;

  constructor(response, headers = {}) {
    this.response = response;
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  }

  // A named event, or one without a name.
  event(type, data) {
    const name = type ? `event: ${type}\n` : '';
    this.response.write(`${name}data: ${JSON.stringify(data)}\n\n`);
  }

  piece(text) {
    if (this.said === null) {
      this.said = '';
      this.begin();
    }
    this.said += text;
    this.delta(text);
  }

  whole() {
    const said = this.said;
    this.said = null;
    this.finish(said);
  }

  begin() {}
  finish() {}

  text(text) {
    let at = 0;
    do this.piece(text.slice(at, at += pieceSize));
    while (at < text.length);
    this.whole();
  }

  async drip(count) {
    for (let n = 1; n <= count; n++) {
      this.piece(`drop ${n} `);
      if (!(await pause(0.1, this.response))) return false;
    }
    this.whole();
    return true;
  }

  async play(steps) {
    for (const step of steps) {
      switch (step.do) {
        case 'text': this.text(step.text); break;
        case 'thinking': this.thinking(step.text); break;
        case 'tool': this.tool(step.name, step.input); break;
        case 'wait': if (!(await pause(step.seconds, this.response))) return; break;
        case 'drip': if (!(await this.drip(step.count))) return; break;
        case 'stop': this.stop(step.reason); break;
        case 'cut': this.piece('and then'); this.response.destroy(); return;
        case 'hang': this.piece(step.after); return;
      }
    }
    this.end();
    this.response.end();
  }
}
