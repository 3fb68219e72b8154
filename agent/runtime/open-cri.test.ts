import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startFakeCri } from "../../test/fakes/node/fake-cri.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { chooseRuntime } from "../choose-runtime.ts";

let directory: string;
let socket: string;
const messages: string[] = [];
let waits = 0;
const choose = (runtime: "auto" | "cri", signal = new AbortController().signal) =>
  chooseRuntime({
    runtime,
    nodeName: "n",
    dataDirectory: directory,
    print: (message) => messages.push(message),
    onWaiting: () => waits++,
    signal,
  });

beforeEach(() => {
  directory = temporaryDirectory();
  socket = join(directory, "cri.sock");
  messages.length = 0;
  waits = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

test.each(["cri", "auto"] as const)(
  "AGENT-RUNTIME-WAIT: with --runtime %s, a configured runtime is waited for, with one message",
  async (kind) => {
    vi.stubEnv("CONTAINER_RUNTIME_ENDPOINT", `unix://${socket}`);
    const chosen = choose(kind);
    await vi.waitFor(() => expect(messages).toHaveLength(1));
    expect(messages[0]).toMatch(`no container runtime answers at ${socket}: connect ENOENT`);
    const server = await startFakeCri(socket);
    const runtime = await chosen;
    expect(runtime?.isolates).toBe(true);
    await runtime?.close();
    server.forceShutdown();
    expect(messages).toHaveLength(1);

    // A node that had one before waits for one, whether specified or not.
    vi.stubEnv("CONTAINER_RUNTIME_ENDPOINT", undefined);
    const stop = new AbortController();
    const again = choose("auto", stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop.abort();
    expect((await again)?.isolates).not.toBe(false);
  },
);

test("AGENT-RUNTIME-WAIT: stopping the agent ends the wait", async () => {
  vi.stubEnv("CONTAINER_RUNTIME_ENDPOINT", `unix://${socket}`);
  const stop = new AbortController();
  const chosen = choose("cri", stop.signal);
  await vi.waitFor(() => expect(messages).toHaveLength(1));
  expect(waits).toBe(1);
  stop.abort();
  expect(await chosen).toBeUndefined();
});

test("the node's id is made again if a loss of power has emptied its file", async () => {
  vi.stubEnv("CONTAINER_RUNTIME_ENDPOINT", `unix://${socket}`);
  writeFileSync(join(directory, "agent-id"), "");
  const server = await startFakeCri(socket);
  const runtime = await choose("cri");
  expect(readFileSync(join(directory, "agent-id"), "utf8")).toMatch(/^[0-9a-f-]{36}$/);
  await runtime?.close();
  server.forceShutdown();
});
