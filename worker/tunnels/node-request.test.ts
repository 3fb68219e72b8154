import { expect, test } from "vitest";
import { type LinkOutcome, type OneWayRequest, renderLinkFrame } from "../../api/node/link-request.ts";
import type { NodeTunnelCall } from "../../api/node/node-sync.ts";
import { type NodeCall, requestNode } from "./node-request.ts";

const encoder = new TextEncoder();
const asked = new Uint8Array(encoder.encode("asked"));
const target = { kind: "http", namespace: "n", pod: "p", uid: "u", port: 1, path: "/", headers: [] } as const;
const requestOf = (method: string): OneWayRequest => ({ ...target, method });

/** The requests that went over the link, and the calls to tunnels, whose answers say so. */
async function ask(outcome: LinkOutcome, call: Partial<NodeCall> = {}) {
  let sent = 0;
  const called: NodeTunnelCall["request"][] = [];
  const hub = {
    request: async () => {
      sent++;
      return outcome;
    },
    call: async (_: string, { request }: NodeTunnelCall) => called.push(request),
  };
  const tunnel = { fetch: async (request: Request) => new Response(`tunnel: ${await request.text()}`) };
  const env = { NODE_HUB: { getByName: () => hub }, TUNNEL: { getByName: () => tunnel } } as unknown as NodeCall["env"];
  const response = await requestNode({ env, cluster: "c", node: "a", stream: requestOf("GET"), ...call });
  return { text: await response.text(), status: response.status, sent, called };
}

const held = renderLinkFrame({ id: crypto.randomUUID(), head: {}, body: new Uint8Array() }, encoder);

test("LINK-REQUEST-HELD: an answer that the node holds comes through a tunnel, and the request is not sent again", async () => {
  const { text, called } = await ask(held, { stream: requestOf("POST"), body: asked });
  expect([text, called]).toEqual(["tunnel: ", [{ kind: "answer", id: expect.any(String) }]]);
});

test("LINK-REQUEST-ONCE: a request that was not sent takes a tunnel, whatever its method", async () => {
  const { text, called } = await ask("not sent", { stream: requestOf("POST"), body: asked });
  expect([text, called]).toEqual(["tunnel: asked", [requestOf("POST")]]);
});

test.each(["POST", "PUT", "PATCH", "DELETE"])(
  "LINK-REQUEST-ONCE: a lost %s fails, unless it may be repeated",
  async (method) => {
    const lost = await ask("lost", { stream: requestOf(method) });
    expect(lost).toMatchObject({ status: 500, sent: 1, called: [] });
    expect(lost.text).toContain('the link to node \\"a\\" broke before it answered');
    expect((await ask("lost", { stream: requestOf(method), isRepeatable: true })).called).toHaveLength(1);
  },
);

test.each(["GET", "HEAD", "OPTIONS"])("LINK-REQUEST-ONCE: a lost %s is sent again, through a tunnel", async (method) =>
  expect(await ask("lost", { stream: requestOf(method) })).toMatchObject({ called: [requestOf(method)] }),
);

test("LINK-REQUEST-LIMIT: an answer without an end takes a tunnel from the start", async () =>
  expect(await ask("lost", { isEndless: true })).toMatchObject({ sent: 0, called: [requestOf("GET")] }));
