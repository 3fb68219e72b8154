import { describe, expect, test } from "vitest";
import { structOf } from "../../schema/table.ts";
import { canonicalJson, draftOf } from "./json-canonical.ts";

describe("WIRE-CANONICAL: the canonical form", () => {
  test("has null for empty required lists and times, as in Go", () => {
    const slice = structOf("discovery.v1.EndpointSlice");
    const draft = draftOf(
      { kind: "EndpointSlice", apiVersion: "discovery.k8s.io/v1", addressType: "IPv4", endpoints: null, ports: [] },
      slice,
    );
    expect(draft).toMatchObject({ endpoints: [], ports: [] });
    expect(canonicalJson(draft, slice)).toEqual({
      kind: "EndpointSlice",
      apiVersion: "discovery.k8s.io/v1",
      metadata: {},
      addressType: "IPv4",
      endpoints: null,
      ports: null,
    });
    expect(
      canonicalJson({ lastTransitionTime: undefined, type: "Ready", status: "True" }, structOf("core.v1.PodCondition")),
    ).toEqual({
      type: "Ready",
      status: "True",
      lastProbeTime: null,
      lastTransitionTime: null,
    });
  });

  test("starts with kind, apiVersion and metadata, drops empty fields, and is idempotent", () => {
    const struct = structOf("core.v1.ConfigMap");
    const canonical = canonicalJson(
      { data: {}, metadata: { labels: {}, uid: "u", name: "a" }, apiVersion: "v1", kind: "ConfigMap", x: 1 },
      struct,
    );
    expect(JSON.stringify(canonical)).toBe('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","uid":"u"}}');
    expect(canonicalJson(canonical, struct)).toEqual(canonical);
  });
});
