import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { ANSWERS_CALLS, type NodeHttpCall } from "../../api/node/http-call.ts";
import type { NodeMessage } from "../../api/node/node-message.ts";
import type { Env } from "../../worker/env.ts";

const { NODE_HUB } = env as Env;
const cluster = "hub-calls";
const request = { namespace: "n", pod: "p", uid: "u", port: 1, method: "GET", path: "/", headers: [] };
const response = { code: 200, http: { status: 200, headers: [] } };

/** A node that answers each call over its link. Resolves when it has received its snapshot. */
async function dial(node: string, query: string): Promise<WebSocket> {
  const link = await NODE_HUB.getByName(cluster).fetch(`https://hub/?node=${node}&cluster=${cluster}${query}`, {
    headers: { Upgrade: "websocket" },
  });
  const socket = link.webSocket as WebSocket & { accept(): void };
  const synced = new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as NodeMessage;
      if (message.type === "sync") resolve();
      if (message.type === "http") socket.send(answerTo(message));
    });
  });
  socket.accept();
  await synced;
  return socket;
}

const answerTo = ({ type, id, body }: NodeHttpCall): string =>
  JSON.stringify({ type, id, response, body: `${body} answered` });

it("LINK-HTTP: a request to a pod goes over its node's link", async () => {
  const socket = await dial("newer", `&${ANSWERS_CALLS}`);
  const call = { request, body: "asked", milliseconds: 5000 };
  expect(await NODE_HUB.getByName(cluster).request("newer", call)).toMatchObject({ response, body: "asked answered" });
  socket.close();
});

it("LINK-HTTP-LIMIT: a node whose agent is older, or that has no link, is not asked", async () => {
  const socket = await dial("older", "");
  const call = { request, body: "asked", milliseconds: 5000 };
  for (const node of ["older", "away"]) expect(await NODE_HUB.getByName(cluster).request(node, call)).toBeUndefined();
  socket.close();
});
