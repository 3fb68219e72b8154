import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { customResourceDefinition } from "../../api/resources/apiextensions/custom-resource-definition.ts";
import { event } from "../../api/resources/core/event.ts";
import { namespace } from "../../api/resources/core/namespace.ts";
import { pod } from "../../api/resources/core/pod.ts";
import { csiDriver } from "../../api/resources/storage/csi-driver.ts";
import { inCpuTime } from "../../test/cpu-time.ts";
import { type Deletion, planDeletion } from "./delete.ts";

const NOW = Date.UTC(2026, 0, 1);
const objectOf = (metadata: object, rest: object = {}) =>
  ({ metadata: { name: "a", uid: "u", ...metadata }, ...rest }) as Stored<KubeObject>;

const ending = (metadata: object = {}) =>
  objectOf(
    { deletionTimestamp: "2026-01-01T00:00:30Z", deletionGracePeriodSeconds: 30, ...metadata },
    { spec: { nodeName: "n", terminationGracePeriodSeconds: 30 }, status: { phase: "Running" } },
  );
const deletion = (requested: Partial<Deletion>): Deletion => ({ dryRun: false, ...requested });

test(
  "the finalizers of an object are compared in a time that grows with their number",
  inCpuTime(3000, () => {
    const finalizers = Array.from({ length: 200_000 }, (_, i) => `a/b${i}`);
    expect(planDeletion(event, objectOf({ finalizers }), deletion({}), NOW).next.metadata.finalizers).toEqual(
      finalizers,
    );
  }),
);

test("REG-DELETE-PENDING: for a terminating pod, only the grace period can be changed, and only shortened", () => {
  for (const requested of [{}, { gracePeriodSeconds: 60 }, { propagation: "Foreground" as const }]) {
    expect(planDeletion(pod, ending(), deletion(requested), NOW)).toEqual({ next: ending(), gone: false });
  }
  const finished = { ...ending(), status: { phase: "Succeeded" } } as Stored<KubeObject>;
  expect(planDeletion(pod, finished, deletion({}), NOW).gone).toBe(false);
  const shorter = planDeletion(pod, ending(), deletion({ gracePeriodSeconds: 5 }), NOW);
  expect(shorter.next.metadata).toMatchObject({
    deletionTimestamp: "2026-01-01T00:00:05Z",
    deletionGracePeriodSeconds: 5,
  });
  expect(planDeletion(pod, ending(), deletion({ gracePeriodSeconds: 0 }), NOW).gone).toBe(true);
  const held = planDeletion(pod, ending({ finalizers: ["x/y"] }), deletion({ gracePeriodSeconds: 0 }), NOW);
  expect(held).toMatchObject({ gone: false, next: { metadata: { deletionGracePeriodSeconds: 0 } } });
});

test("REG-DELETE-PENDING: once its grace period is over, a terminating pod's finalizers can be changed again", () => {
  const over = (finalizers: string[]) => ending({ deletionGracePeriodSeconds: 0, finalizers });
  const foreground = planDeletion(pod, over(["orphan"]), deletion({ propagation: "Foreground" }), NOW);
  expect(foreground).toMatchObject({ gone: false, next: { metadata: { finalizers: ["foregroundDeletion"] } } });
  expect(planDeletion(pod, over(["orphan"]), deletion({ propagation: "Background" }), NOW).gone).toBe(true);
});

test("REG-DELETE-PENDING: a grace period shortened to a time in the past ends now, and becomes one second", () => {
  const late = NOW + 20_000;
  const { metadata } = planDeletion(pod, ending(), deletion({ gracePeriodSeconds: 5 }), late).next;
  expect(metadata).toMatchObject({ deletionTimestamp: "2026-01-01T00:00:20Z", deletionGracePeriodSeconds: 1 });
});

test("REG-DELETE-POLICY: unchanged finalizers keep their order", () => {
  const held = objectOf({ finalizers: ["orphan", "x/y"] });
  expect(planDeletion(csiDriver, held, deletion({}), NOW).next.metadata.finalizers).toEqual(["orphan", "x/y"]);
});

test("REG-DELETE-MARKED: a pod deleted at once is first marked for deletion, like any other", () => {
  const unscheduled = objectOf({ generation: 1 }, { spec: {}, status: { phase: "Pending" } });
  expect(planDeletion(pod, unscheduled, deletion({}), NOW)).toMatchObject({
    gone: true,
    next: { metadata: { generation: 2, deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 0 } },
  });
  expect(planDeletion(pod, ending({ generation: 2 }), deletion({ gracePeriodSeconds: 0 }), NOW)).toMatchObject({
    gone: true,
    next: { metadata: { generation: 2, deletionGracePeriodSeconds: 0 } },
  });
});

test("REG-DELETE-POLICY: an event has no dependents to orphan or to wait for", () => {
  for (const propagation of ["Orphan", "Foreground"] as const)
    for (const finalizers of [[], ["orphan"], ["foregroundDeletion"]])
      expect(planDeletion(event, objectOf({ finalizers }), deletion({ propagation }), NOW).gone).toBe(true);
  const held = planDeletion(event, objectOf({ finalizers: ["orphan", "x/y"] }), deletion({}), NOW);
  expect(held.next.metadata.finalizers).toEqual(["x/y"]);
});

test("marking for deletion increments the generation of any kind that has one", () => {
  const { next } = planDeletion(csiDriver, objectOf({ generation: 1, finalizers: ["x/y"] }), deletion({}), NOW);
  expect(next.metadata.generation).toBe(2);
  const without = planDeletion(csiDriver, objectOf({ finalizers: ["x/y"] }), deletion({}), NOW);
  expect(without.next.metadata.generation).toBeUndefined();
});

test("REG-DELETE-HELD: a terminating definition is marked only by its finalizer and its condition", () => {
  const definition = objectOf({ generation: 1 }, { status: { conditions: [] } });
  const { next } = planDeletion(customResourceDefinition, definition, deletion({ propagation: "Foreground" }), NOW);
  expect(next.metadata).toMatchObject({ generation: 1, finalizers: ["customresourcecleanup.apiextensions.k8s.io"] });
});

test("REG-DELETE-HELD: a namespace is marked for deletion once, without a grace period, and then waits", () => {
  const active = objectOf({}, { spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } });
  const { next, gone } = planDeletion(namespace, active, deletion({ gracePeriodSeconds: 7 }), NOW);
  expect(gone).toBe(false);
  expect(next.metadata).toEqual({ name: "a", uid: "u", deletionTimestamp: "2026-01-01T00:00:00Z" });
  const again = planDeletion(
    namespace,
    next as Stored<KubeObject>,
    deletion({ propagation: "Foreground" }),
    NOW + 5000,
  );
  expect(again).toEqual({ next, gone: false });
});

test.each([
  ["2026-01-01T00:00:30Z", "2026-01-01T00:00:00Z"],
  ["2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"],
])(
  "REG-CREATE-ENDING: of an object that was created as ending at %s, a DELETE ends the grace at %s",
  (stated, ends) => {
    const created = ending({ deletionTimestamp: stated, finalizers: ["a.b/c"] });
    expect(planDeletion(csiDriver, created, deletion({}), NOW).next.metadata).toMatchObject({
      deletionTimestamp: ends,
      deletionGracePeriodSeconds: 0,
      finalizers: ["a.b/c"],
    });
  },
);
