import { expect, test } from "vitest";
import type { StatefulSet } from "../../generated/apps.v1.ts";
import { statefulSet } from "./stateful-set.ts";

const withAway = (maxUnavailable?: number) =>
  ({
    metadata: { name: "s" },
    spec: { updateStrategy: { rollingUpdate: { partition: 0, ...(maxUnavailable ? { maxUnavailable } : {}) } } },
    status: {},
  }) as StatefulSet;

const awayOf = ({ spec }: StatefulSet) => spec.updateStrategy?.rollingUpdate?.maxUnavailable;

test("maxUnavailable is dropped while its feature gate is off, unless it is stored", () => {
  const created = withAway(2);
  statefulSet.prepareCreate?.(created);
  expect(awayOf(created)).toBeUndefined();
  const updated = withAway(2);
  statefulSet.prepareUpdate?.(updated, withAway());
  expect(awayOf(updated)).toBeUndefined();
  const kept = withAway(3);
  statefulSet.prepareUpdate?.(kept, withAway(2));
  expect(awayOf(kept)).toBe(3);
});
