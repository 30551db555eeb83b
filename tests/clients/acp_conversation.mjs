// One process of an agent of the Agent Client Protocol, driven over its stdin and stdout
// with the very requests that Troupe makes, under the same ids.

import { AgentProcess } from './agent_process.mjs';

export class AcpConversation extends AgentProcess {
  asked = 0;

  constructor({ command: [program, ...args], version = 1, files = true, ...options }) {
    super({ program, name: 'agent', args, ...options });
    Object.assign(this, { cwd: options.cwd, version, files });
  }

  // The answer to one of our requests.
  async ask(method, params) {
    const id = this.asked++;
    this.send({ id, method, params, jsonrpc: '2.0' });
    return this.until((m) => m.id === id && !m.method);
  }

  // Opens a session, or goes on with the one that `resume` names.
  async open({ resume, mode } = {}) {
    const fs = { readTextFile: this.files, writeTextFile: this.files };
    const clientInfo = { name: 'troupe', version: '0.1.0' };
    const draft = this.version === 2 ? { info: clientInfo, capabilities: {} } : {};
    const { result } = await this.ask('initialize', {
      protocolVersion: this.version, clientInfo,
      clientCapabilities: { fs, terminal: false }, ...draft,
    });
    const can = result.agentCapabilities;
    const resumes = can?.sessionCapabilities?.resume ?? result.capabilities?.session;
    const how = resumes ? 'session/resume' : 'session/load';
    const place = { cwd: this.cwd, mcpServers: [] };
    const opened = resume
      ? await this.ask(how, { ...place, sessionId: resume })
      : await this.ask('session/new', place);
    this.session = opened.result?.sessionId ?? resume;
    if (!mode) return;
    await this.ask('session/set_mode', { sessionId: this.session, modeId: mode });
  }

  // The id of the request, to be waited for by `result`.
  say(text) {
    const prompt = [{ type: 'text', text: this.spell(text) }];
    this.prompted = this.asked++;
    this.send({
      id: this.prompted, method: 'session/prompt',
      params: { sessionId: this.session, prompt }, jsonrpc: '2.0',
    });
  }

  // The end of the turn.
  result() {
    return this.until(
      (m) =>
        (m.id === this.prompted && !m.method && !m.result?.messageId) ||
        m.params?.update?.stopReason,
    );
  }

  // A request of the agent.
  request(method) {
    return this.until((m) => m.method === method && m.id !== undefined);
  }

  reply(id, result) {
    this.send({ id, result, jsonrpc: '2.0' });
  }

  refuse(id, code, message) {
    this.send({ id, error: { code, message }, jsonrpc: '2.0' });
  }

  // Answers a request for leave by the kind of one of its options.
  async permit(kind) {
    const { id, params } = await this.request('session/request_permission');
    const { optionId } = params.options.find((o) => o.kind === kind);
    this.reply(id, { outcome: { outcome: 'selected', optionId } });
  }

  cancel() {
    this.send({
      method: 'session/cancel', params: { sessionId: this.session }, jsonrpc: '2.0',
    });
  }

  update(kind) {
    return this.until((m) => m.params?.update?.sessionUpdate === kind);
  }
}
