import { expect, test } from "vitest";
import { type Beginning, beginningOf, forgetTunnels } from "./attachment.ts";

const socketWith = (attachment: Beginning) => {
  let kept: unknown = attachment;
  const counts = { read: 0 };
  const deserializeAttachment = () => {
    counts.read++;
    return structuredClone(kept);
  };
  const serializeAttachment = (next: unknown) => {
    kept = next;
  };
  return { socket: { deserializeAttachment, serializeAttachment } as unknown as WebSocket, counts };
};

test("TUNNEL-CUT: of the tunnels that a node says are broken, those are forgotten that it was called to", () => {
  const { socket, counts } = socketWith({ node: "n", cluster: "c", since: 1, tunnels: ["a", "b", "c"] });
  expect(forgetTunnels(socket, ["c", "x", ...Array<string>(1000).fill("y"), "a"])).toEqual(["a", "c"]);
  expect(counts.read).toBe(1);
  expect(beginningOf(socket)?.tunnels).toEqual(["b"]);
});
