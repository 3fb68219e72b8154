import { expect, test } from "vitest";
import type { PriorityLevelConfiguration } from "../../api/generated/flowcontrol.v1.ts";
import type { Revision } from "../../api/store/store.ts";
import { flowControl } from "../bootstrap/flow-control.ts";
import { PolicySnapshot } from "../policy/snapshot.ts";
import { priorityLevels } from "./priority-levels.ts";

const configurations = flowControl("2026-01-01T00:00:00Z").filter(
  ({ kind }) => kind === "PriorityLevelConfiguration",
) as PriorityLevelConfiguration[];

function levelsOf(...more: PriorityLevelConfiguration[]) {
  const objects = new Map([...configurations, ...more].map((each) => [`/${each.metadata.name}`, each]));
  const resource = "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io";
  return priorityLevels(new PolicySnapshot(1 as Revision, new Map([[resource, objects]]) as never));
}

test("FAIR-LEVEL: levels share the seats, lend a part of theirs, and are limited in what they borrow", () => {
  const levels = levelsOf();
  expect(levels.has("exempt")).toBe(false);
  expect([...levels.values()].map(({ name, nominal, kept, most }) => [name, nominal, kept, most])).toEqual([
    ["catch-all", 7, 7, 307],
    ["global-default", 25, 12, 325],
    ["leader-election", 13, 13, 313],
    ["node-high", 49, 37, 349],
    ["system", 37, 25, 337],
    ["workload-high", 49, 24, 349],
    ["workload-low", 123, 12, 423],
  ]);
  const limited = { nominalConcurrencyShares: 245, borrowingLimitPercent: 10, limitResponse: { type: "Reject" } };
  const mine = { metadata: { name: "mine" }, spec: { type: "Limited", limited } } as PriorityLevelConfiguration;
  expect(levelsOf(mine).get("mine")).toMatchObject({ nominal: 150, kept: 150, most: 165, maxWaiting: 0 });
  expect(levelsOf(mine).get("system")).toMatchObject({ nominal: 19, maxWaitingOfFlow: 300, maxWaiting: 3200 });
});
