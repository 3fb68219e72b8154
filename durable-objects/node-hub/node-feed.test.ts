import { describe, expect, it } from "vitest";
import { PEER_PODS } from "../../api/node/node-sync.ts";
import type { Change, Revision } from "../../api/store/store.ts";
import * as feed from "./node-feed.ts";
import { type References, type SentState, trackChange } from "./node-feed.ts";

const pod = (node: string, configMap: string) =>
  JSON.stringify({
    metadata: { namespace: "default", name: "p" },
    spec: { nodeName: node, containers: [{ name: "c", envFrom: [{ configMapRef: { name: configMap } }] }] },
  });

const change = (resource: string, name: string, over: Partial<Change> = {}): Change => ({
  type: "MODIFIED",
  revision: 1 as Revision,
  key: { resource, namespace: "default", name },
  text: "{}",
  attributes: { labels: {}, fields: {} },
  ...over,
});

const onNode = (node: string) => ({ labels: {}, fields: { "spec.nodeName": node } });
const bound = change("pods", "p", { text: pod("a", "cm"), attributes: onNode("a"), previous: onNode("") });

const told = (over: Partial<SentState> = {}): SentState => ({
  references: new Map(),
  revision: 0,
  policed: false,
  ...over,
});
/** Parses what each node is told. */
function updatesOf(
  changes: readonly Change[],
  told: ReadonlyMap<string, SentState>,
  peers = new Map<string, string>(),
) {
  const updates = [...feed.updatesOf(changes, told, peers)];
  return new Map(
    updates.map(([node, each]) => [node, { ...each, changes: each.changes.map((text) => JSON.parse(text)) }]),
  );
}
const nodes = (...names: string[]) => new Map(names.map((name) => [name, told()]));

describe("the changes in a range of the log", () => {
  it("are sent to a pod's node only, with the objects that the pod refers to", () => {
    const updates = updatesOf([bound], nodes("a", "b"));
    expect([...updates.keys()]).toEqual(["a"]);
    expect(updates.get("a")?.need).toEqual(new Set(["configmaps default cm"]));
  });

  it("are empty for a node that is up to date", () => {
    expect(updatesOf([bound], new Map([["a", told({ revision: bound.revision })]])).size).toBe(0);
  });
});

describe("LINK-NEED: a node receives", () => {
  it("LINK-ORDER: its own pods, each after the objects that it refers to", () => {
    const references: References = new Map();
    expect(trackChange(bound, "a", references)).toEqual({ own: true, need: ["configmaps default cm"] });
    const again = { ...bound, previous: onNode("a") };
    expect(trackChange(again, "a", references)).toEqual({ own: true, need: [] });
  });

  it("what an ephemeral container refers to that was added to a pod of its own, once", () => {
    const references: References = new Map();
    trackChange(bound, "a", references);
    const { spec, ...rest } = JSON.parse(bound.text);
    const ephemeralContainers = [{ name: "debugger", envFrom: [{ configMapRef: { name: "debug" } }] }];
    const text = JSON.stringify({ ...rest, spec: { ...spec, ephemeralContainers } });
    const changed = () => trackChange({ ...bound, text, previous: onNode("a") }, "a", references);
    expect(changed()).toEqual({ own: true, need: ["configmaps default debug"] });
    expect(changed()).toEqual({ own: true, need: [] });
    expect(trackChange(change("configmaps", "debug"), "a", references).own).toBe(true);
  });

  it("no pods of other nodes", () => {
    expect(trackChange(bound, "b", new Map())).toEqual({ own: false, need: [] });
  });

  it("the config maps and secrets that its pods refer to, for as long as they do", () => {
    const references: References = new Map();
    const configMap = change("configmaps", "cm");
    expect(trackChange(configMap, "a", references).own).toBe(false);
    trackChange(bound, "a", references);
    expect(trackChange(configMap, "a", references).own).toBe(true);
    expect(trackChange(change("secrets", "cm"), "a", references).own).toBe(false);
    trackChange({ ...bound, type: "DELETED" }, "a", references);
    expect(trackChange(configMap, "a", references).own).toBe(false);
  });

  it.each(["services", "endpointslices.discovery.k8s.io", "servicecidrs.networking.k8s.io", "nodes"])(
    "all %s",
    (resource) => expect(trackChange(change(resource, "s"), "a", new Map()).own).toBe(true),
  );

  it("only the fields of other nodes that are needed to reach their pods", () => {
    const spec = { podCIDR: "10.244.1.0/24", podCIDRs: ["10.244.1.0/24"], providerID: "p" };
    const addresses = [{ type: "InternalIP", address: "192.0.2.1" }];
    const metadata = { name: "b", resourceVersion: "7" };
    const text = JSON.stringify({ metadata, spec, status: { addresses, conditions: [{ type: "Ready" }] } });
    const updates = updatesOf([change("nodes", "b", { text })], nodes("a", "b"));
    expect(updates.get("b")?.changes[0]?.object).toEqual(JSON.parse(text));
    const { providerID: _, ...ranges } = spec;
    expect(updates.get("a")?.changes[0]?.object).toEqual({ metadata, spec: ranges, status: { addresses } });
  });
});

it("nothing of other nodes if those fields have not changed", () => {
  const peers = new Map<string, string>();
  const at = (resourceVersion: string, address: string) => ({
    text: JSON.stringify({
      metadata: { name: "b", resourceVersion },
      spec: {},
      status: { addresses: [{ type: "InternalIP", address }] },
    }),
  });
  const updated = (over: Partial<Change>) => [
    ...updatesOf([change("nodes", "b", over)], nodes("a", "b"), peers).keys(),
  ];
  expect(updated(at("7", "192.0.2.1"))).toEqual(["a", "b"]);
  expect(updated(at("8", "192.0.2.1"))).toEqual(["b"]);
  expect(updated(at("9", "192.0.2.2"))).toEqual(["a", "b"]);
  expect(updated({ ...at("10", "192.0.2.2"), type: "DELETED" })).toEqual(["a", "b"]);
});

describe("with NetworkPolicies (LINK-PEERS)", () => {
  const policed = new Map([["a", told({ policed: true })]]);
  const text = JSON.stringify({
    metadata: { namespace: "default", name: "p", labels: { app: "web" }, annotations: { secret: "x" } },
    spec: { nodeName: "b", containers: [{ name: "c", image: "i", ports: [{ name: "http", containerPort: 80 }] }] },
    status: { phase: "Running", podIPs: [{ ip: "10.244.1.2" }], hostIP: "192.0.2.2" },
  });
  const attributes = {
    labels: { app: "web" },
    fields: { "spec.nodeName": "b", "status.phase": "Running", "status.podIPs": "10.244.1.2" },
  };
  const addressed = change("pods", "p", { text, attributes, previous: onNode("b") });

  it("the full state is sent again when the first policy is created", () => {
    const first = change("networkpolicies.networking.k8s.io", "deny");
    expect(updatesOf([first], nodes("a")).get("a")?.needsSnapshot).toBe(true);
    expect(updatesOf([first], policed).get("a")?.needsSnapshot).toBe(false);
  });

  it("a node receives only those remote pods that policies may select", () => {
    expect(updatesOf([addressed], policed).get("a")?.changes).toEqual([
      {
        type: "MODIFIED",
        resource: PEER_PODS,
        object: {
          metadata: { namespace: "default", name: "p", labels: { app: "web" } },
          spec: { nodeName: "b", containers: [{ name: "c", ports: [{ name: "http", containerPort: 80 }] }] },
          status: { phase: "Running", podIPs: [{ ip: "10.244.1.2" }] },
        },
      },
    ]);
    expect(updatesOf([addressed], nodes("a")).size).toBe(0);
  });

  it("a change that cannot affect any policy is not sent", () => {
    expect(updatesOf([{ ...addressed, previous: attributes }], policed).size).toBe(0);
    expect(
      updatesOf([change("pods", "p", { text, attributes: onNode("b"), previous: onNode("") })], policed).size,
    ).toBe(0);
  });

  it("namespaces are sent with their labels", () => {
    const labels = { team: "a" };
    const named = change("namespaces", "n", { text: JSON.stringify({ metadata: { name: "n", labels }, spec: {} }) });
    expect(updatesOf([named], policed).get("a")?.changes[0]?.object).toEqual({ metadata: { name: "n", labels } });
    expect(updatesOf([named], nodes("a")).size).toBe(0);
  });
});
