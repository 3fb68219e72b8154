import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import type { Runtime } from "../runtime/runtime.ts";
import { type ServeContext, serveTunnel } from "./serve.ts";

/** The other end leaves with the first that it hears of the body. */
class LeavingSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly heard: string[] = [];
  send(bytes: Buffer | string): void {
    this.heard.push(bytes.toString());
    if (typeof bytes !== "string") this.emit("close");
  }
  ping(): void {}
  close(): void {}
  resume(): void {}
}

test("TUNNEL-END: of a log that nobody reads any more no more is read", async () => {
  let read = 0;
  let hasEnded = false;
  async function* endless() {
    try {
      for (; read < 1000; read++) yield Buffer.from("line");
    } finally {
      hasEnded = true;
    }
  }
  const socket = new LeavingSocket();
  const context: ServeContext = {
    runtime: {} as Runtime,
    findPod: () => undefined,
    nodeApi: async () => ({ status: 200, type: "text/plain", body: endless() }),
  };
  const dial = async () => socket as unknown as WebSocket;
  await serveTunnel({ kind: "node", path: "/logs/lastlog" }, dial, { ...context, followed: () => {} });
  expect([socket.heard.length, read, hasEnded]).toEqual([2, 1, true]);
});
