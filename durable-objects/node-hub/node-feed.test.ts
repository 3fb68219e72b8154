import { describe, expect, it } from "vitest";
import { PEER_PODS } from "../../api/node/node-sync.ts";
import type { Change, Revision } from "../../api/store.ts";
import * as feed from "./node-feed.ts";
import { type References, type Told, tell } from "./node-feed.ts";

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

const told = (over: Partial<Told> = {}): Told => ({ references: new Map(), revision: 0, policed: false, ...over });
/** Parses what each node is told. */
function newsOf(changes: readonly Change[], told: ReadonlyMap<string, Told>, peers = new Map<string, string>()) {
  const news = [...feed.newsOf(changes, told, peers)];
  return new Map(
    news.map(([node, each]) => [node, { ...each, changes: each.changes.map((text) => JSON.parse(text)) }]),
  );
}
const nodes = (...names: string[]) => new Map(names.map((name) => [name, told()]));

describe("the changes in a range of the log", () => {
  it("are sent to a pod's node only, with the objects that the pod refers to", () => {
    const news = newsOf([bound], nodes("a", "b"));
    expect([...news.keys()]).toEqual(["a"]);
    expect(news.get("a")?.need).toEqual(new Set(["configmaps default cm"]));
  });

  it("are empty for a node that is up to date", () => {
    expect(newsOf([bound], new Map([["a", told({ revision: bound.revision })]])).size).toBe(0);
  });
});

describe("LINK-NEED: a node receives", () => {
  it("LINK-ORDER: its own pods, each after the objects that it refers to", () => {
    const references: References = new Map();
    expect(tell(bound, "a", references)).toEqual({ own: true, need: ["configmaps default cm"] });
    const again = { ...bound, previous: onNode("a") };
    expect(tell(again, "a", references)).toEqual({ own: true, need: [] });
  });

  it("no pods of other nodes", () => {
    expect(tell(bound, "b", new Map())).toEqual({ own: false, need: [] });
  });

  it("the config maps and secrets that its pods refer to, for as long as they do", () => {
    const references: References = new Map();
    const configMap = change("configmaps", "cm");
    expect(tell(configMap, "a", references).own).toBe(false);
    tell(bound, "a", references);
    expect(tell(configMap, "a", references).own).toBe(true);
    expect(tell(change("secrets", "cm"), "a", references).own).toBe(false);
    tell({ ...bound, type: "DELETED" }, "a", references);
    expect(tell(configMap, "a", references).own).toBe(false);
  });

  it.each(["services", "endpointslices.discovery.k8s.io", "servicecidrs.networking.k8s.io", "nodes"])(
    "all %s",
    (resource) => expect(tell(change(resource, "s"), "a", new Map()).own).toBe(true),
  );

  it("only the fields of other nodes that are needed to reach their pods", () => {
    const spec = { podCIDR: "10.244.1.0/24", podCIDRs: ["10.244.1.0/24"], providerID: "p" };
    const addresses = [{ type: "InternalIP", address: "192.0.2.1" }];
    const metadata = { name: "b", resourceVersion: "7" };
    const text = JSON.stringify({ metadata, spec, status: { addresses, conditions: [{ type: "Ready" }] } });
    const news = newsOf([change("nodes", "b", { text })], nodes("a", "b"));
    expect(news.get("b")?.changes[0]?.object).toEqual(JSON.parse(text));
    const { providerID: _, ...ranges } = spec;
    expect(news.get("a")?.changes[0]?.object).toEqual({ metadata, spec: ranges, status: { addresses } });
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
  const told = (over: Partial<Change>) => [...newsOf([change("nodes", "b", over)], nodes("a", "b"), peers).keys()];
  expect(told(at("7", "192.0.2.1"))).toEqual(["a", "b"]);
  expect(told(at("8", "192.0.2.1"))).toEqual(["b"]);
  expect(told(at("9", "192.0.2.2"))).toEqual(["a", "b"]);
  expect(told({ ...at("10", "192.0.2.2"), type: "DELETED" })).toEqual(["a", "b"]);
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
    expect(newsOf([first], nodes("a")).get("a")?.again).toBe(true);
    expect(newsOf([first], policed).get("a")?.again).toBe(false);
  });

  it("a node receives only those remote pods that policies may select", () => {
    expect(newsOf([addressed], policed).get("a")?.changes).toEqual([
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
    expect(newsOf([addressed], nodes("a")).size).toBe(0);
  });

  it("a change that cannot affect any policy is not sent", () => {
    expect(newsOf([{ ...addressed, previous: attributes }], policed).size).toBe(0);
    expect(newsOf([change("pods", "p", { text, attributes: onNode("b"), previous: onNode("") })], policed).size).toBe(
      0,
    );
  });

  it("namespaces are sent with their labels", () => {
    const labels = { team: "a" };
    const named = change("namespaces", "n", { text: JSON.stringify({ metadata: { name: "n", labels }, spec: {} }) });
    expect(newsOf([named], policed).get("a")?.changes[0]?.object).toEqual({ metadata: { name: "n", labels } });
    expect(newsOf([named], nodes("a")).size).toBe(0);
  });
});
