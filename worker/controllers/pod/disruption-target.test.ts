import { expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { applyStrategicMergePatch } from "../../../api/machinery/patch/strategic-merge.ts";
import { structOf } from "../../../api/schema/table.ts";
import { disruption } from "./disruption-target.ts";

it("CTL-DISRUPTED: DisruptionTarget is appended after all other conditions", () => {
  const types = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled", "my.io/gate"];
  const pod = {
    metadata: { name: "p", namespace: "ns", uid: "u" },
    status: { conditions: types.map((type) => ({ type, status: "True" })) },
  } as Stored<Pod>;
  // The snapshot contains only some of them.
  const held = { ...pod, status: { conditions: pod.status.conditions?.slice(4) ?? [] } } as Stored<Pod>;
  const { patch } = disruption(held, { reason: "DeletionByTaintManager", message: "m" }, 0);
  const patched = applyStrategicMergePatch({ ...pod }, patch, structOf("core.v1.Pod"));
  expect(patched.ok && (patched.object as unknown as Pod).status.conditions?.map(({ type }) => type)).toEqual([
    ...types,
    "DisruptionTarget",
  ]);
});
