import { describe, expect, it } from "vitest";
import type { Change, Revision } from "../../api/store.ts";
import { type References, tell } from "./node-feed.ts";

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

  it("of every Service, and of its own Node only", () => {
    expect(tell(change("services", "s"), "a", new Map()).own).toBe(true);
    expect(tell(change("nodes", "a"), "a", new Map()).own).toBe(true);
    expect(tell(change("nodes", "b"), "a", new Map()).own).toBe(false);
  });
});
