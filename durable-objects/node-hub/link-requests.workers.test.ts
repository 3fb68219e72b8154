import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { ANSWERS_REQUESTS, idOfFrame, renderLinkFrame } from "../../api/node/link-request.ts";
import type { Env } from "../../worker/env.ts";

const { NODE_HUB } = env as Env;
const cluster = "hub-requests";
const encoder = new TextEncoder();
const frame = (text: string, id: string = crypto.randomUUID()) =>
  renderLinkFrame({ id, head: {}, body: encoder.encode(text) }, encoder);

/** A node that answers each request over its link, unless told otherwise. Resolves when it has its snapshot. */
async function dial(node: string, query: string, answers = true): Promise<WebSocket> {
  const link = await NODE_HUB.getByName(cluster).fetch(`https://hub/?node=${node}&cluster=${cluster}${query}`, {
    headers: { Upgrade: "websocket" },
  });
  const socket = link.webSocket as WebSocket & { accept(): void };
  socket.binaryType = "arraybuffer";
  const synced = new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") resolve();
      else if (answers) socket.send(frame("answered", idOfFrame(new Uint8Array(data as ArrayBuffer))));
    });
  });
  socket.accept();
  await synced;
  return socket;
}

const request = (node: string, sent = frame("asked")) => NODE_HUB.getByName(cluster).request(node, sent);

it("LINK-REQUEST: a request goes over its node's link, and so does the answer", async () => {
  const socket = await dial("newer", `&${ANSWERS_REQUESTS}`);
  const sent = frame("asked");
  expect(await request("newer", sent)).toEqual(frame("answered", idOfFrame(sent)));
  socket.close();
});

it("LINK-REQUEST-LIMIT: a node whose agent is older, or that has no link, is not asked", async () => {
  const socket = await dial("older", "");
  for (const node of ["older", "away"]) expect(await request(node)).toBe("not sent");
  socket.close();
});

it("LINK-REQUEST-LIMIT: nor is one that has two megabytes to read", async () => {
  const socket = await dial("slow", `&${ANSWERS_REQUESTS}`, false);
  const sent = Array.from({ length: 12 }, () => request("slow", frame("x".repeat(256 * 1024))));
  expect(await Promise.race(sent)).toBe("not sent");
  socket.close(1000);
  expect(new Set(await Promise.all(sent))).toEqual(new Set(["lost", "not sent"]));
});
