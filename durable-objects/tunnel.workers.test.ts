import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { NodeResponse } from "../api/node/node-sync.ts";
import type { Env } from "../worker/env.ts";

const { TUNNEL } = env as Env;

/** A client's request, and the node's end of the tunnel that answers it. */
async function open(name: string): Promise<{ readonly answer: Promise<Response>; readonly node: WebSocket }> {
  const tunnel = TUNNEL.getByName(name);
  const answer = tunnel.fetch("https://tunnel/client?node=n", { method: "POST", body: "" });
  const dialled = await tunnel.fetch("https://tunnel/node?node=n", { headers: { Upgrade: "websocket" } });
  const node = dialled.webSocket as WebSocket & { accept(): void };
  node.accept();
  return { answer, node };
}

const say = (node: WebSocket, answer: NodeResponse) => node.send(JSON.stringify(answer));
const output = (bytes: number) => new Uint8Array(bytes + 1).fill(1);
const closed = (node: WebSocket) =>
  new Promise<number>((resolve) => node.addEventListener("close", ({ code }) => resolve(code)));

describe("TUNNEL-WINDOW: a node", () => {
  it("may send a megabyte ahead, and then one message of any length", async () => {
    const { answer, node } = await open("window/patient");
    say(node, { code: 200 });
    for (let i = 0; i < 15; i++) node.send(output(64 * 1024));
    node.send(output(4 * 1024 * 1024));
    node.close(1000);
    expect((await (await answer).arrayBuffer()).byteLength).toBe((15 * 64 + 4 * 1024) * 1024);
  });

  it("that sends what nobody has taken is cut off, and the answer does not look complete", async () => {
    const { answer, node } = await open("window/hasty");
    const end = closed(node);
    say(node, { code: 200 });
    for (let i = 0; i < 40; i++) node.send(output(1024 * 1024));
    expect(await end).toBe(1008);
    await expect((await answer).arrayBuffer()).rejects.toThrow();
  });
});

it.each(["{not json", "null", "[]", '{"code":"200"}'])(
  "TUNNEL-ANSWER: the answer %j of a node is reported as unreadable",
  async (text) => {
    const { answer, node } = await open(`unreadable/${text}`);
    node.send(text);
    const found = await answer;
    expect([found.status, await found.json()]).toMatchObject([500, { message: "the node's answer cannot be read" }]);
  },
);
