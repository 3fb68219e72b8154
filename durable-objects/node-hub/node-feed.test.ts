import { describe, expect, it } from "vitest";
import type { Change, Revision } from "../../api/store.ts";
import { newsOf, type References, tell } from "./node-feed.ts";

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

const nodes = (...names: string[]) =>
  new Map(names.map((name) => [name, { references: new Map() as References, revision: 0 }]));

describe("the news of a stretch of the log", () => {
  it("goes to the node of a pod alone, with what the pod names", () => {
    const news = newsOf([bound], nodes("a", "b"));
    expect([...news.keys()]).toEqual(["a"]);
    expect(news.get("a")?.need).toEqual(new Set(["configmaps default cm"]));
  });

  it("is nothing to who has been told", () => {
    const told = new Map([["a", { references: new Map() as References, revision: bound.revision }]]);
    expect(newsOf([bound], told).size).toBe(0);
  });
});

describe("a node is told", () => {
  it("of its own pods, and first of what a new one names", () => {
    const references: References = new Map();
    expect(tell(bound, "a", references)).toEqual({ own: true, need: ["configmaps default cm"] });
    const again = { ...bound, previous: onNode("a") };
    expect(tell(again, "a", references)).toEqual({ own: true, need: [] });
  });

  it("of nobody else's pods", () => {
    expect(tell(bound, "b", new Map())).toEqual({ own: false, need: [] });
  });

  it("of the config maps and secrets that its pods name, for as long as they do", () => {
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
    "of all %s",
    (resource) => expect(tell(change(resource, "s"), "a", new Map()).own).toBe(true),
  );

  it("of other nodes only what leads to their pods", () => {
    const spec = { podCIDR: "10.244.1.0/24", podCIDRs: ["10.244.1.0/24"], providerID: "p" };
    const addresses = [{ type: "InternalIP", address: "192.0.2.1" }];
    const metadata = { name: "b", resourceVersion: "7" };
    const text = JSON.stringify({ metadata, spec, status: { addresses, conditions: [{ type: "Ready" }] } });
    const told = change("nodes", "b", { text });
    const news = newsOf([told], nodes("a", "b"));
    expect(news.get("b")?.changes[0]?.object).toEqual(JSON.parse(text));
    const { providerID: _, ...ranges } = spec;
    expect(news.get("a")?.changes[0]?.object).toEqual({ metadata, spec: ranges, status: { addresses } });
  });
});
