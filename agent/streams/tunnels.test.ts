import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import type { ControlPlane } from "../control-plane/connection.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { Tunnels } from "./tunnels.ts";

/** An open socket that is closed by the test. */
class OpenSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  send(): void {}
  ping(): void {}
  close(): void {}
  pause(): void {}
  resume(): void {}
}

/** A node that was called to these tunnels. */
async function called(...ids: readonly string[]) {
  const sockets = new Map(ids.map((id) => [id, new OpenSocket()]));
  const openWebSocket = async (path: string) => {
    const [, id = ""] = /tunnels\/(.*)\?/.exec(path) ?? [];
    return sockets.get(id) as unknown as WebSocket;
  };
  const tunnels = new Tunnels({
    controlPlane: { openWebSocket } as unknown as ControlPlane,
    nodeName: "n",
    log: { info: vi.fn(), warn: vi.fn() },
    runtime: {} as Runtime,
    findPod: () => undefined,
    nodeApi: vi.fn(),
  });
  for (const id of ids) await tunnels.serve({ type: "tunnel", id, request: { kind: "answer", id: "not held" } });
  const close = (id: string, code: number) => sockets.get(id)?.emit("close", code);
  return { tunnels, close };
}

test("TUNNEL-CUT: the node tells which tunnels broke, not those that were closed", async () => {
  const { tunnels, close } = await called("a", "b", "c");
  tunnels.onBroken = vi.fn();
  close("a", 1006);
  close("b", 1000);
  expect(tunnels.broken).toEqual(["a"]);
  expect(tunnels.onBroken).toHaveBeenCalledTimes(1);
  close("c", 1006);
  expect(tunnels.broken).toEqual(["a", "c"]);
});

test("TUNNEL-CUT: the newest 128 are told", async () => {
  const ids = Array.from({ length: 130 }, (_, i) => `t${i}`);
  const { tunnels, close } = await called(...ids);
  for (const id of ids) close(id, 1006);
  expect(tunnels.broken).toEqual(ids.slice(2));
});
