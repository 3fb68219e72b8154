import { expect, it } from "vitest";
import type { Node } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { nodeTtlController } from "./node-ttl.ts";

it("CTL-NODE-TTL: all nodes' TTL annotations change with the cluster's size, with overlapping thresholds", async () => {
  const at = controlledCluster([nodeTtlController]);
  const reported = () =>
    new Set(at.cluster.list("nodes").map(({ metadata }) => metadata.annotations?.["node.alpha.kubernetes.io/ttl"]));
  const grow = async (from: number, to: number) => {
    for (let i = from; i < to; i++)
      at.cluster.put<Node>("nodes", {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: `n${i}` },
        spec: {},
        status: {},
      });
    await at.settle();
  };
  const shrink = async (from: number, to: number) => {
    for (let i = from; i < to; i++) at.cluster.remove("nodes", "", `n${i}`);
    await at.settle();
  };
  await grow(0, 100);
  expect(reported()).toEqual(new Set(["0"]));
  await grow(100, 101);
  expect(reported()).toEqual(new Set(["15"]));
  await shrink(90, 101);
  expect(reported()).toEqual(new Set(["15"]));
  await shrink(89, 90);
  expect(reported()).toEqual(new Set(["0"]));
});
