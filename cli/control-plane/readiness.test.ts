import { rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { waitUntilReady } from "./readiness.ts";

let directory: string;
let server: Server;

beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

/** A control plane that gives these answers, the last one again and again. */
function answering(...codes: number[]): Promise<string> {
  const path = join(directory, "readiness.sock");
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(`HTTP/1.1 ${codes.length > 1 ? codes.shift() : codes[0]} x\r\n\r\nbody`));
  });
  return new Promise((resolve) => server.listen(path, () => resolve(path)));
}

it("the readiness check waits until the control plane is ready", async () => {
  expect(await waitUntilReady(await answering(500, 500, 200))).toBeUndefined();
});

it("the readiness check reports a full disk, and stops waiting", async () => {
  expect(await waitUntilReady(await answering(500), { isFull: () => true })).toContain("no space left");
});

it("the readiness check names a missing encryption key", async () => {
  expect(await waitUntilReady(await answering(409))).toContain("encrypted with key body");
});
