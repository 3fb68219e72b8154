import { describe, expect, it } from "vitest";
import { findEndpoints, type Network } from "./service-endpoint.ts";

const TARGET = { namespace: "ns", name: "web", port: "443" };
const OUTSIDE = { addresses: ["192.0.2.7"] };
const POD = { addresses: ["10.244.0.9"], nodeName: "n1", targetRef: { kind: "Pod", name: "p", uid: "u" } };

function networkOf(endpoints: readonly object[], linked: readonly string[], addressType = "IPv4") {
  const entry = (object: object) => ({ text: JSON.stringify(object) });
  const slice = { addressType, ports: [{ port: 8443 }], endpoints };
  const store = {
    read: async () => ({ entry: entry({ spec: { ports: [{ port: 443 }] } }) }),
    selected: async () => [entry(slice)],
  };
  const env = { NODE_HUB: { getByName: () => ({ linkedNodes: async () => linked }) } };
  return { env, cluster: "default", store } as unknown as Network;
}

describe("TUNNEL-ADDRESS: an endpoint", () => {
  it("that is not a pod is dialled by its node", async () => {
    const network = networkOf([{ ...OUTSIDE, nodeName: "n2" }], ["n1"]);
    expect(await findEndpoints(network, TARGET)).toEqual({
      ok: true,
      endpoints: [{ namespace: "ns", pod: "", uid: "", node: "n2", address: "192.0.2.7", port: 8443 }],
    });
  });

  it("without a node is dialled by any node that is connected", async () => {
    const network = networkOf([OUTSIDE], ["n2"]);
    expect(await findEndpoints(network, TARGET)).toMatchObject({ ok: true, endpoints: [{ pod: "", node: "n2" }] });
  });

  it.each<[string, object[], string[], string?]>([
    ["has no node to dial it", [OUTSIDE], []],
    ["is a pod without a node", [{ ...POD, nodeName: undefined }], ["n1"]],
    ["is not ready", [{ ...OUTSIDE, conditions: { ready: false } }], ["n1"]],
    ["is a name", [{ addresses: ["example.com"] }], ["n1"], "FQDN"],
  ])("that %s is not usable", async (_, endpoints, linked, addressType) =>
    expect(await findEndpoints(networkOf(endpoints, linked, addressType), TARGET)).toEqual({
      ok: false,
      reason: "ServiceUnavailable",
      message: 'no endpoints available for service "web"',
    }),
  );

  it("that is not a pod is passed over where only pods may be asked", async () => {
    const target = { ...TARGET, podsOnly: true };
    expect(await findEndpoints(networkOf([{ ...OUTSIDE, nodeName: "n1" }, POD], []), target)).toMatchObject({
      endpoints: [{ pod: "p" }],
    });
    const nameless = { ...POD, targetRef: { kind: "Pod", name: "" } };
    expect(await findEndpoints(networkOf([OUTSIDE, nameless], ["n1"]), target)).toMatchObject({ ok: false });
  });

  it("that is a pod is dialled by the pod's node", async () => {
    const network = networkOf([POD], []);
    expect(await findEndpoints(network, TARGET)).toMatchObject({
      ok: true,
      endpoints: [{ pod: "p", uid: "u", node: "n1" }],
    });
  });
});
