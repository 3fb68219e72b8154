import { expect, test, vi } from "vitest";
import { textWithoutRevision } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Attributes } from "../../api/machinery/selectors/requirement.ts";
import type { NodeSync } from "../../api/node/node-sync.ts";
import type { Write } from "../../api/store/store.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { attachmentOf, type Beginning, beginningOf } from "./attachment.ts";
import { NodeUpdates } from "./node-updates.ts";

/** The sockets of nodes, with what each was sent. */
function fakeLinks() {
  const sockets = new Map<WebSocket, NodeSync[]>();
  const push = (socket: WebSocket, text: string | Uint8Array) =>
    void sockets.get(socket)?.push(JSON.parse(String(text)));
  const newSocket = (node: string): WebSocket => {
    let attachment: unknown = { node, cluster: "default", since: 0, tunnels: [] } satisfies Beginning;
    const socket = {
      send: (text: string) => push(socket, text),
      serializeAttachment: (value: unknown) => {
        attachment = value;
      },
      deserializeAttachment: () => attachment,
    } as unknown as WebSocket;
    sockets.set(socket, []);
    return socket;
  };
  const links = {
    push,
    open: (socket: WebSocket, policed: boolean) => socket.serializeAttachment({ ...beginningOf(socket), policed }),
    byNode: () => new Map([...sockets.keys()].map((socket) => [attachmentOf(socket)?.node ?? "", [socket]])),
  };
  return { links, newSocket, sentTo: (socket: WebSocket) => sockets.get(socket) ?? [] };
}

function write(
  op: "create" | "replace",
  resource: string,
  object: KubeObject,
  fields: Attributes["fields"] = {},
): Write {
  const { namespace = "", name = "" } = object.metadata;
  const attributes = { labels: {}, fields };
  return { op, key: { resource, namespace, name }, text: textWithoutRevision(object), attributes };
}

const node = (name: string, labels: Record<string, string> = {}): KubeObject =>
  ({ apiVersion: "v1", kind: "Node", metadata: { name, labels }, spec: {}, status: {} }) as KubeObject;

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "ns", name: "p" },
  spec: { nodeName: "a", containers: [{ name: "c", envFrom: [{ configMapRef: { name: "cm" } }] }] },
};
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "ns", name: "cm" } };

test("LINK-NEED: what could not be sent because the store failed is sent by the next attempt", async () => {
  const store = new MemoryStore();
  await store.commit({ writes: [write("create", "nodes", node("a")), write("create", "nodes", node("b"))] });
  const { links, newSocket, sentTo } = fakeLinks();
  const stored = new Map<string, unknown>();
  const storage = {
    get: async <T>(key: string) => stored.get(key) as T | undefined,
    put: async (key: string, value: unknown) => void stored.set(key, value),
  };
  const updates = new NodeUpdates(storage, links);
  const [a, b] = [newSocket("a"), newSocket("b")];
  for (const [name, socket] of [
    ["a", a],
    ["b", b],
  ] as const)
    await updates.begin(store, name, socket);
  await store.commit({
    writes: [
      write("create", "configmaps", configMap),
      write("create", "pods", pod, { "spec.nodeName": "a" }),
      write("replace", "nodes", node("b", { zone: "z" })),
    ],
  });
  vi.spyOn(store, "readMany").mockRejectedValueOnce(new Error("the store is restarting"));
  await expect(updates.push(store)).rejects.toThrow("restarting");
  await updates.push(store);
  const changes = (socket: WebSocket) =>
    sentTo(socket)
      .slice(1)
      .flatMap((sync) => sync.changes.map(({ resource, object }) => `${resource} ${object.metadata.name}`));
  expect(new Set(changes(a))).toEqual(new Set(["configmaps cm", "pods p", "nodes b"]));
  expect(changes(b)).toEqual(["nodes b"]);
});
