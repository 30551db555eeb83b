// One process of the real Claude Code, driven over its stdin and stdout.

import { AgentProcess } from './agent_process.mjs';
import { claudeProgram } from './claude_env.mjs';

export const streaming = [
  '-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose',
];

export class Conversation extends AgentProcess {
  constructor(options) {
    super({ program: claudeProgram, name: 'claude', ...options });
  }

  get session() {
    return this.log
      .filter(({ dir }) => dir === 'out')
      .map(({ line }) => JSON.parse(line).session_id)
      .find(Boolean);
  }

  say(text, more = {}) {
    const content = [{ type: 'text', text: this.spell(text) }];
    this.send({ type: 'user', message: { role: 'user', content }, ...more });
  }

  ask(request_id, request) {
    this.send({ type: 'control_request', request_id, request });
    return this.until((m) => m.response?.request_id === request_id);
  }

  reply(request_id, response) {
    this.send({
      type: 'control_response', response: { subtype: 'success', request_id, response },
    });
  }

  result() {
    return this.until((m) => m.type === 'result');
  }

  permission() {
    return this.until((m) => m.request?.subtype === 'can_use_tool');
  }

  // A tool call was announced by the model.
  toolCall() {
    return this.until(
      ({ type, message }) =>
        type === 'assistant' && message.content.some((b) => b.type === 'tool_use'),
    );
  }
}
