// A fake Okta org as a process, for the checks of this folder.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createServer } from "node:net";
import assert from "node:assert/strict";

/** Starts `clarion fake-okta`; gives where it is, and calls of its control API. */
export async function startOrg(...args) {
  const program = process.env.CLARION;
  assert.ok(program, "CLARION names the program");
  const child = spawn(program, ["fake-okta", "--json", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill());
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    new Promise((done) => lines.once("line", (text) => done([text]))),
    new Promise((_, failed) => child.once("exit", (code) => failed(new Error(`the fake org ended with ${code}`)))),
  ]);
  const org = JSON.parse(line);
  org.control = org.control.replace(/\/$/, "");
  org.order = async (method, path, body) => {
    const answer = await fetch(`${org.control}${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const value = await answer.json();
    assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  org.stop = () => child.kill();
  return org;
}

/** Gives a port that is free now. */
export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

let count = 0;

/** Runs one check; the first that fails ends the run. */
export async function check(name, act) {
  try {
    await act();
    count += 1;
  } catch (error) {
    console.error(`FAILED: ${name}`);
    console.error(error);
    process.exit(1);
  }
}

/** Says how many checks passed, and ends. */
export function finish(what) {
  console.log(`${what}: ${count} checks passed`);
  process.exit(0);
}
