import { expect, test } from "vitest";
import { encodeWatchFrame } from "../../../api/machinery/protobuf/protobuf.ts";
import { API, BASE, call, newNamespace } from "../../../test/workers/core-calls.ts";

async function firstMessage(path: string, headers: Record<string, string>) {
  const response = await API.fetch(
    new Request(`${BASE}${path}/configmaps?watch=1&labelSelector=a`, { headers: { Upgrade: "websocket", ...headers } }),
  );
  const socket = response.webSocket;
  if (!socket) throw new Error(await response.text());
  const message = new Promise<string | ArrayBuffer>((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(data as string | ArrayBuffer), { once: true });
  });
  socket.accept();
  const data = await message;
  socket.close();
  return { data, protocol: response.headers.get("Sec-WebSocket-Protocol") };
}

test("WATCH-WEBSOCKET: an event is a message, and a client that offers a subprotocol is told it", async () => {
  const place = await newNamespace("watch-websocket");
  await call(`${place}/configmaps`, { metadata: { name: "m", labels: { a: "b" } } });
  const text = await firstMessage(place, {});
  expect([JSON.parse(text.data as string).type, text.protocol]).toEqual(["ADDED", null]);
  const offered = "base64url.bearer.authorization.k8s.io.YQ, base64.binary.k8s.io";
  expect((await firstMessage(place, { "Sec-WebSocket-Protocol": offered })).protocol).toBe("base64.binary.k8s.io");
});

test("WATCH-WEBSOCKET: an event in protobuf is a binary message without its length", async () => {
  const place = await newNamespace("watch-websocket-protobuf");
  await call(`${place}/configmaps`, { metadata: { name: "m", labels: { a: "b" } } });
  const { data } = await firstMessage(place, { Accept: "application/vnd.kubernetes.protobuf" });
  const start = encodeWatchFrame("ADDED", new Uint8Array()).subarray(4, 11);
  expect([...new Uint8Array(await new Response(data).arrayBuffer()).subarray(0, 7)]).toEqual([...start]);
});
