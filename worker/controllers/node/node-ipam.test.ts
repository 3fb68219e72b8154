import { describe, expect, it } from "vitest";
import { node, nodeAt, start } from "../../../test/fakes/controllers/controlled-nodes.ts";

describe("nodes and the cluster's pod range", () => {
  it("get unique parts of the pod range, legacy labels and a TTL", async () => {
    const at = start();
    for (const name of ["n1", "n2", "n3"]) at.cluster.put("nodes", node(name, "True", { "kubernetes.io/os": "linux" }));
    await at.settle();
    expect(at.complaints).toEqual([]);
    const cidrs = ["n1", "n2", "n3"].map((name) => nodeAt(at, name)?.spec.podCIDR);
    expect(new Set(cidrs)).toEqual(new Set(["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"]));
    expect(nodeAt(at)?.metadata).toMatchObject({
      labels: { "beta.kubernetes.io/os": "linux" },
      annotations: { "node.alpha.kubernetes.io/ttl": "0" },
    });
  });

  it("CTL-IPAM: get the range of a deleted node if no other is free", async () => {
    const at = start();
    for (let i = 0; i < 17; i++) at.cluster.put("nodes", node(`n${String(i).padStart(3, "0")}`, "True"));
    await at.settle();
    const pieceOf = (name: string) => at.cluster.get("nodes", "", name)?.spec.podCIDR;
    const without = at.cluster.list("nodes").filter(({ spec }) => !spec.podCIDR);
    expect(without).toHaveLength(1);
    const told = at.cluster.list("events").filter(({ reason }) => reason === "CIDRNotAvailable");
    expect(told).toMatchObject([{ involvedObject: { name: without[0]?.metadata.name } }]);
    const freed = pieceOf("n000");
    at.cluster.remove("nodes", "", "n000");
    await at.settle();
    expect(pieceOf(without[0]?.metadata.name ?? "")).toBe(freed);
  });

  it("CTL-IPAM: get one event if no range is free for them", async () => {
    const at = start();
    for (let i = 0; i < 30; i++) {
      at.cluster.put("nodes", node(`n${i}`, "True"));
      await at.pass(50);
    }
    await at.pass(5000);
    const told = at.cluster.list("events").filter(({ reason }) => reason === "CIDRNotAvailable");
    expect(told).toHaveLength(14);
    expect(Math.max(...told.map(({ count = 1 }) => count))).toBeLessThanOrEqual(2);
  });
});
