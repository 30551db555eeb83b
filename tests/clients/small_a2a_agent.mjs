// A remote agent on the official SDK (@a2a-js/sdk) that does what the lines of its
// prompt say. Without a mind.
//
//   SAY text            ASK question     waits for an answer, and says it
//   CHUNKS a b c        LOGIN words      likewise, for a login
//   DATA json           HOLD             until it is released or cancelled
//   BIG n               FAIL words       REJECT words
//
// Its tasks outlive its connections: `down` breaks them all and closes the port, `up`
// opens it again. `forget` loses every task.

import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { AgentCard, Artifact, Message, Task, TaskState, TaskStatus } from '@a2a-js/sdk';
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server';
import { UserBuilder, agentCardHandler, jsonRpcHandler } from '@a2a-js/sdk/server/express';
import express from 'express';

const over = new Set(['COMPLETED', 'FAILED', 'CANCELED', 'REJECTED']);

class Executor {
  prompts = [];
  metadata = [];
  left = new Map(); // Lines of a task that waits for an answer.
  held = new Map(); // Tasks that hold, and what goes on with them.
  said = 0;

  words(message) {
    return message.parts.map((p) => p.content?.value ?? '').join('\n');
  }

  status({ taskId, contextId }, bus, state, text) {
    const message = text === undefined ? undefined : Message.fromJSON({
      messageId: `m${++this.said}`, role: 'ROLE_AGENT', taskId, contextId,
      parts: [{ text }],
    });
    bus.publish(AgentEvent.statusUpdate({
      taskId, contextId,
      status: {
        ...TaskStatus.fromJSON({ state: `TASK_STATE_${state}` }), message,
        timestamp: new Date().toISOString(),
      },
    }));
    if (over.has(state) || state.endsWith('_REQUIRED')) bus.finished();
  }

  artifact({ taskId, contextId }, bus, id, part, more = {}) {
    const artifact = Artifact.fromJSON({ artifactId: id, name: id, parts: [part] });
    bus.publish(AgentEvent.artifactUpdate({
      taskId, contextId, artifact, append: false, lastChunk: true, ...more,
    }));
  }

  execute = async (context, bus) => {
    const text = this.words(context.userMessage);
    this.prompts.push(text);
    this.metadata.push(context.userMessage.metadata);
    const { taskId, contextId } = context;
    const task = context.task ?? Task.fromJSON({
      id: taskId, contextId, status: { state: 'TASK_STATE_SUBMITTED' },
    });
    bus.publish(AgentEvent.task({ ...task, history: [context.userMessage] }));
    this.status(context, bus, 'WORKING');
    const lines = this.left.get(taskId) ?? text.split('\n');
    if (this.left.delete(taskId)) this.artifact(context, bus, 'answer', { text });
    while (lines.length > 0) {
      const [word, ...rest] = lines.shift().split(' ');
      if (await this.steps[word]?.(context, bus, rest, lines)) return;
    }
    this.status(context, bus, 'COMPLETED', 'done');
  };

  stop(context, bus, state, words) {
    this.status(context, bus, state, words.join(' '));
    return true;
  }

  ask(context, bus, state, words, lines) {
    this.left.set(context.taskId, [...lines]);
    return this.stop(context, bus, state, words);
  }

  steps = {
    SAY: (context, bus, words) => {
      this.artifact(context, bus, `say${++this.said}`, { text: words.join(' ') });
    },
    CHUNKS: (context, bus, words) => {
      words.forEach((text, i) => this.artifact(context, bus, 'chunks', { text }, {
        append: i > 0, lastChunk: i === words.length - 1,
      }));
    },
    DATA: (context, bus, words) => {
      this.artifact(context, bus, 'data', { data: JSON.parse(words.join(' ')) });
    },
    BIG: (context, bus, [size]) => {
      this.artifact(context, bus, 'big', { text: 'x'.repeat(Number(size)) });
    },
    ASK: (context, bus, words, lines) =>
      this.ask(context, bus, 'INPUT_REQUIRED', words, lines),
    LOGIN: (context, bus, words, lines) =>
      this.ask(context, bus, 'AUTH_REQUIRED', words, lines),
    FAIL: (context, bus, words) => this.stop(context, bus, 'FAILED', words),
    REJECT: (context, bus, words) => this.stop(context, bus, 'REJECTED', words),
    HOLD: async (context) => {
      const go = await new Promise((resolve) => this.held.set(context.taskId, resolve));
      this.held.delete(context.taskId);
      return go === 'cancelled';
    },
  };

  release() {
    for (const go of this.held.values()) go('released');
  }

  cancelTask = async (taskId, bus) => {
    this.held.get(taskId)?.('cancelled');
    this.status({ taskId, contextId: '' }, bus, 'CANCELED', 'cancelled');
  };
}

export class RemoteAgent {
  constructor({ version = '1.0', streaming = true, token, tls } = {}) {
    Object.assign(this, { version, streaming, token, tls });
    this.executor = new Executor();
    this.refuseCancel = false;
  }

  get prompts() {
    return this.executor.prompts;
  }

  async up() {
    const options = this.tls ?? {};
    this.server = (this.tls ? createSecureServer : createServer)(options, (...talk) =>
      this.app(...talk));
    await new Promise((done) => this.server.listen(this.port ?? 0, '127.0.0.1', done));
    this.port = this.server.address().port;
    this.url = `${this.tls ? 'https' : 'http'}://127.0.0.1:${this.port}`;
    if (!this.app) this.forget();
    return this;
  }

  async down() {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }

  forget() {
    const card = AgentCard.fromJSON({
      name: 'small agent', description: 'does what it is told', version: '1',
      capabilities: { streaming: this.streaming },
      defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'],
      skills: [{ id: 's', name: 's', description: 's', tags: ['s'] }],
      supportedInterfaces: [{
        url: `${this.url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: this.version,
      }],
    });
    const requestHandler =
      new DefaultRequestHandler(card, new InMemoryTaskStore(), this.executor);
    const legacyCompat = { enabled: this.version === '0.3' };
    const userBuilder = UserBuilder.noAuthentication;
    const app = express();
    app.use((request, response, next) => {
      const given = request.headers.authorization;
      if (!this.token || given === `Bearer ${this.token}`) return next();
      response.status(401).json({ error: `not allowed: ${given}` });
    });
    app.use('/rpc', (request, response, next) => {
      if (this.refuse?.(request)) response.status(503).end();
      else next();
    });
    app.use('/.well-known/agent-card.json',
      agentCardHandler({ agentCardProvider: requestHandler }));
    app.use('/rpc', jsonRpcHandler({ requestHandler, userBuilder, legacyCompat }));
    this.app = app;
  }
}
