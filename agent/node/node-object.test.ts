import { expect, it } from "vitest";
import { plainNode } from "../../test/fakes/node/node-facts.ts";
import { isGivenUp, isMislabelled, nodeObject, nodeStatus, plainVersion } from "./node-object.ts";

const NOW = "2026-01-01T00:00:00Z";
const LATER = "2026-01-01T00:01:00Z";
const why = "container runtime network not ready: cni plugin not initialized";
const readyOf = (status: ReturnType<typeof nodeStatus>) => status.conditions?.find(({ type }) => type === "Ready");

it("NET-READY: a node is NotReady with the kubelet's message until its network is set up", () => {
  const waiting = nodeStatus(plainNode({ notReady: why }), [], NOW);
  expect(readyOf(waiting)).toMatchObject({ status: "False", reason: "KubeletNotReady", message: why });
  const ready = nodeStatus(plainNode(), waiting.conditions ?? [], LATER);
  expect(readyOf(ready)).toMatchObject({
    status: "True",
    reason: "KubeletReady",
    message: "kubelet is posting ready status",
    lastTransitionTime: LATER,
  });
});

it("AGENT-RUNTIME: a node reports the features of its container runtime, if known", () => {
  const plain = nodeStatus(plainNode(), [], NOW);
  expect(plain).not.toHaveProperty("runtimeHandlers");
  expect(plain).not.toHaveProperty("features");
  const can = { recursiveReadOnlyMounts: true, userNamespaces: true };
  const features = { handlers: new Map([["", can]]), supplementalGroupsPolicy: true };
  expect(nodeStatus(plainNode({ features }), [], NOW)).toMatchObject({
    runtimeHandlers: [{ name: "", features: can }],
    features: { supplementalGroupsPolicy: true },
  });
});

it("AGENT-LABELS: a node restores the labels of its operating system and architecture only", () => {
  const facts = plainNode();
  const relabelled = (changed: Record<string, string>) => {
    const { metadata, ...node } = nodeObject(facts);
    return isMislabelled({ ...node, metadata: { labels: { ...metadata.labels, ...changed } } }, facts.machine);
  };
  expect(relabelled({})).toBe(false);
  expect(relabelled({ "kubernetes.io/os": "dummyOS" })).toBe(true);
  expect(relabelled({ "kubernetes.io/arch": "dummyArch" })).toBe(true);
  expect(relabelled({ "kubernetes.io/hostname": "other", "beta.kubernetes.io/os": "other" })).toBe(false);
});

it("LINK-LEFT: a node that is given up although it is here knows it by its Ready condition", () => {
  const { conditions = [], ...status } = nodeStatus(plainNode(), [], NOW);
  const unknown = conditions.map((each) => ({ ...each, status: "Unknown" }));
  const node = nodeObject(plainNode());
  const given = [[], conditions, unknown].map((conditions) =>
    isGivenUp({ ...node, status: { ...status, conditions } }),
  );
  expect(given).toEqual([false, false, true]);
});

it("an unchanged condition keeps its lastTransitionTime", () => {
  const before = nodeStatus(plainNode(), [], NOW);
  const after = nodeStatus(plainNode({ pressures: new Set(["DiskPressure"]) }), before.conditions ?? [], LATER);
  const since = Object.fromEntries(
    after.conditions?.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]) ?? [],
  );
  expect(since).toMatchObject({ Ready: NOW, MemoryPressure: NOW, DiskPressure: LATER });
});

it("a node's Hostname address is its name in the cluster, whatever its machine is called", () => {
  const { addresses } = nodeStatus(plainNode({ name: "n-1", addresses: ["192.0.2.1"] }), [], NOW);
  expect(addresses).toEqual([
    { type: "InternalIP", address: "192.0.2.1" },
    { type: "Hostname", address: "n-1" },
  ]);
});

it.each([
  ["1.6.20~ds1", "1.6.20"],
  ["v2.1.0", "2.1.0"],
  ["1.7.24-rc.1", "1.7.24-rc.1"],
  ["1.30.0+git5", "1.30.0+git5"],
  ["1.7.2-0ubuntu1~22.04", "1.7.2"],
  ["unknown", "unknown"],
])("container runtime version %s is reported as %s", (version, reported) =>
  expect(plainVersion(version)).toBe(reported),
);
