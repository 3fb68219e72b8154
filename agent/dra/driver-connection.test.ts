import { rmSync } from "node:fs";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { DriverConnection } from "./driver-connection.ts";

let directory: string;
let socket: string;
let driver: Http2Server | undefined;
let sessions: ServerHttp2Session[];
let connection: DriverConnection;
let changes: boolean[];

const start = () =>
  new Promise<void>((done) => {
    driver = createServer();
    driver.on("session", (session) => sessions.push(session));
    driver.listen(socket, done);
  });
const stop = () => {
  driver?.close();
  for (const session of sessions.splice(0)) session.destroy();
};
beforeEach(() => {
  directory = temporaryDirectory();
  socket = join(directory, "dra.sock");
  [sessions, changes] = [[], []];
});
afterEach(() => {
  connection.close();
  stop();
  rmSync(directory, { recursive: true });
});
const connect = () => {
  connection = new DriverConnection(socket, () => changes.push(connection.isLost));
};

test("AGENT-DRA-SLICES: a driver that stops is lost, and back when it has started again", async () => {
  await start();
  connect();
  await expect.poll(() => sessions.length).toBe(1);
  expect(connection.isLost).toBe(false);
  stop();
  await expect.poll(() => connection.isLost).toBe(true);
  await start();
  await expect.poll(() => connection.isLost, { timeout: 5000 }).toBe(false);
  expect(changes).toEqual([true, false]);
});

test("AGENT-DRA-SLICES: a driver that starts after its registration is lost until then", async () => {
  connect();
  expect(connection.isLost).toBe(false);
  await expect.poll(() => connection.isLost).toBe(true);
  await start();
  await expect.poll(() => connection.isLost, { timeout: 5000 }).toBe(false);
});

test("AGENT-DRA-SLICES: a driver that unregisters is not lost, and nobody connects to it", async () => {
  await start();
  connect();
  await expect.poll(() => sessions.length).toBe(1);
  connection.close();
  await new Promise((done) => setTimeout(done, 1200));
  expect([changes, sessions.length]).toEqual([[], 1]);
});
