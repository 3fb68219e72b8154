import { expect, it } from "vitest";
import type { PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import { claimAt, told, volumes, withVolume } from "../../../test/fakes/controllers/controlled-local-volumes.ts";

it("CTL-LOCAL-GROW: a claim that asks for more has it", async () => {
  const at = await withVolume();
  at.cluster.change<PersistentVolumeClaim>("persistentvolumeclaims", "ns", "c", ({ spec }) => {
    spec.resources = { requests: { storage: "2Gi" } };
  });
  await at.settle();
  expect([volumes(at)[0]?.spec.capacity, claimAt(at, "c")?.status.capacity]).toEqual([
    { storage: "2Gi" },
    { storage: "2Gi" },
  ]);
  expect(told(at, /Resize/)).toEqual(["Resize volume succeeded"]);
});
