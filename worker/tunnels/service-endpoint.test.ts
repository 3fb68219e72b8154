import { describe, expect, it } from "vitest";
import type { StoreClient } from "../storage/store-client.ts";
import { findEndpoints } from "./service-endpoint.ts";

const TARGET = { namespace: "ns", name: "web", port: "443" };
const OUTSIDE = { addresses: ["192.0.2.7"] };
const POD = { addresses: ["10.244.0.9"], nodeName: "n1", targetRef: { kind: "Pod", name: "p", uid: "u" } };

function storeOf(
  endpoints: readonly object[],
  nodes: Readonly<Record<string, "True" | "False">>,
  addressType = "IPv4",
) {
  const entry = (object: object) => ({ text: JSON.stringify(object) });
  const slice = { addressType, ports: [{ port: 8443 }], endpoints };
  const objects: Readonly<Record<string, readonly object[]>> = {
    "endpointslices.discovery.k8s.io": [slice],
    nodes: Object.entries(nodes).map(([name, status]) => ({
      metadata: { name },
      status: { conditions: [{ type: "Ready", status }] },
    })),
  };
  return {
    read: async () => ({ entry: entry({ spec: { ports: [{ port: 443 }] } }) }),
    list: async ({ resource }: { readonly resource: string }) => ({ items: objects[resource]?.map(entry) ?? [] }),
  } as unknown as StoreClient;
}

describe("TUNNEL-ADDRESS: an endpoint", () => {
  it("that is not a pod is dialled by its node", async () => {
    const store = storeOf([{ ...OUTSIDE, nodeName: "n2" }], { n1: "True" });
    expect(await findEndpoints(store, TARGET)).toEqual({
      ok: true,
      endpoints: [{ namespace: "ns", pod: "", uid: "", node: "n2", address: "192.0.2.7", port: 8443 }],
    });
  });

  it("without a node is dialled by any Ready node", async () => {
    const store = storeOf([OUTSIDE], { n1: "False", n2: "True", n3: "False" });
    expect(await findEndpoints(store, TARGET)).toMatchObject({ ok: true, endpoints: [{ pod: "", node: "n2" }] });
  });

  it.each<[string, object[], Record<string, "True" | "False">, string?]>([
    ["has no node to dial it", [OUTSIDE], { n1: "False" }],
    ["is a pod without a node", [{ ...POD, nodeName: undefined }], { n1: "True" }],
    ["is not ready", [{ ...OUTSIDE, conditions: { ready: false } }], { n1: "True" }],
    ["is a name", [{ addresses: ["example.com"] }], { n1: "True" }, "FQDN"],
  ])("that %s is not usable", async (_, endpoints, nodes, addressType) =>
    expect(await findEndpoints(storeOf(endpoints, nodes, addressType), TARGET)).toEqual({
      ok: false,
      reason: "ServiceUnavailable",
      message: 'no endpoints available for service "web"',
    }),
  );

  it("that is not a pod is passed over where only pods may be asked", async () => {
    const target = { ...TARGET, podsOnly: true };
    expect(await findEndpoints(storeOf([{ ...OUTSIDE, nodeName: "n1" }, POD], {}), target)).toMatchObject({
      endpoints: [{ pod: "p" }],
    });
    const nameless = { ...POD, targetRef: { kind: "Pod", name: "" } };
    expect(await findEndpoints(storeOf([OUTSIDE, nameless], { n1: "True" }), target)).toMatchObject({ ok: false });
  });

  it("that is a pod is dialled by the pod's node", async () => {
    const store = storeOf([POD], {});
    expect(await findEndpoints(store, TARGET)).toMatchObject({
      ok: true,
      endpoints: [{ pod: "p", uid: "u", node: "n1" }],
    });
  });
});
