import { describe, expect, test } from "vitest";
import type { DeploymentCondition, DeploymentStatus, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { web } from "../../../test/fakes/controllers/controlled-deployment.ts";
import { deadlineOf, rolloutStatus } from "./status.ts";

const T0 = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number) => new Date(T0 + seconds * 1000).toISOString().replace(".000Z", "Z");

const set = (name: string, replicas: number, status: ReplicaSet["status"]) =>
  ({ metadata: { name }, spec: { replicas }, status }) as Stored<ReplicaSet>;
const pods = (name: string, replicas: number, readyReplicas = replicas, availableReplicas = readyReplicas) =>
  set(name, replicas, { replicas, readyReplicas, availableReplicas });

const progressing = (reason: string, status = "True", since = 0): DeploymentCondition => ({
  type: "Progressing",
  status,
  reason,
  message: "before",
  lastUpdateTime: at(since),
  lastTransitionTime: at(since),
});

/** 100 seconds after the start. `old` comes first: `newest` is the last set. */
const status = (
  before: DeploymentStatus,
  sets: readonly Stored<ReplicaSet>[],
  { spec = {}, generation }: { spec?: Parameters<typeof web>[0]; generation?: number } = {},
) => {
  const deployment = web({ replicas: 4, progressDeadlineSeconds: 60, ...spec });
  if (generation !== undefined) deployment.metadata.generation = generation;
  deployment.status = before;
  return rolloutStatus(deployment, { newest: sets.at(-1), all: sets, now: T0 + 100_000 });
};
const condition = (type: string, { conditions = [] }: DeploymentStatus) => {
  const found = conditions.filter((each) => each.type === type);
  expect(found.length).toBeLessThan(2);
  return found[0];
};

describe("a deployment's status", () => {
  test("counts the pods of all its sets, and those of the newest", () => {
    const counted = status(
      { collisionCount: 2 },
      [
        set("old", 2, { replicas: 3, readyReplicas: 3, availableReplicas: 2, terminatingReplicas: 1 }),
        pods("new", 3, 1, 0),
      ],
      { generation: 7 },
    );
    expect({ ...counted, conditions: undefined }).toEqual({
      observedGeneration: 7,
      replicas: 6,
      updatedReplicas: 3,
      readyReplicas: 4,
      availableReplicas: 2,
      unavailableReplicas: 3,
      terminatingReplicas: 1,
      collisionCount: 2,
    });
    expect(Object.keys(status({}, [pods("new", 0)])).toSorted()).toEqual(["conditions", "terminatingReplicas"]);
    expect(status({}, [pods("old", 9), pods("new", 0)])).not.toHaveProperty("unavailableReplicas");
  });

  test.each<[number, string, string]>([
    [3, "True", "MinimumReplicasAvailable"],
    [2, "False", "MinimumReplicasUnavailable"],
  ])("%i of 4 are available, a quarter may be missing: Available is %s", (available, is, reason) => {
    const was = { ...progressing("Before", is), type: "Available" };
    const now = status({ conditions: [was] }, [pods("new", 4, available)]);
    expect(condition("Available", now)).toMatchObject({
      status: is,
      reason,
      lastUpdateTime: at(100),
      lastTransitionTime: at(0),
    });
    const other = { ...was, status: is === "True" ? "False" : "True" };
    expect(condition("Available", status({ conditions: [other] }, [pods("new", 4, available)]))).toMatchObject({
      lastTransitionTime: at(100),
    });
    const same = { ...was, reason };
    expect(condition("Available", status({ conditions: [same] }, [pods("new", 4, available)]))).toEqual(same);
  });
});

describe("Progressing", () => {
  const late = [progressing("ReplicaSetUpdated", "True", 39)];
  const counts = { replicas: 6, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
  const sets = [pods("old", 3, 2), pods("new", 3, 1)];

  test.each<[string, DeploymentStatus, readonly Stored<ReplicaSet>[], string]>([
    [
      "all pods are new and available",
      { conditions: late },
      [pods("old", 0), pods("new", 4)],
      "NewReplicaSetAvailable",
    ],
    ["one is not available", { ...counts, conditions: late }, [pods("old", 0), pods("new", 3)], "ReplicaSetUpdated"],
    [
      "an old one is left",
      { ...counts, availableReplicas: 5, readyReplicas: 5, updatedReplicas: 4, replicas: 5, conditions: late },
      [pods("old", 1), pods("new", 4)],
      "ProgressDeadlineExceeded",
    ],
    [
      "there are more new ones",
      { ...counts, updatedReplicas: 2, replicas: 5, conditions: late },
      sets,
      "ReplicaSetUpdated",
    ],
    ["there are fewer old ones", { ...counts, replicas: 7, conditions: late }, sets, "ReplicaSetUpdated"],
    ["more are ready", { ...counts, readyReplicas: 2, conditions: late }, sets, "ReplicaSetUpdated"],
    ["more are available", { ...counts, availableReplicas: 2, conditions: late }, sets, "ReplicaSetUpdated"],
    ["nothing moves, and time is up", { ...counts, conditions: late }, sets, "ProgressDeadlineExceeded"],
    [
      "fewer are ready",
      { ...counts, readyReplicas: 4, availableReplicas: 4, conditions: late },
      sets,
      "ProgressDeadlineExceeded",
    ],
    [
      "time is not up yet",
      { ...counts, conditions: [progressing("ReplicaSetUpdated", "True", 40)] },
      sets,
      "ReplicaSetUpdated",
    ],
    [
      "time was up before",
      { ...counts, conditions: [progressing("ProgressDeadlineExceeded", "False", 99)] },
      sets,
      "ProgressDeadlineExceeded",
    ],
    [
      "it was complete, and lost pods",
      { ...counts, conditions: [progressing("NewReplicaSetAvailable")] },
      [pods("new", 2)],
      "NewReplicaSetAvailable",
    ],
    [
      "it was complete, and is being changed",
      { replicas: 4, updatedReplicas: 4, conditions: [progressing("NewReplicaSetAvailable")] },
      [pods("old", 3), pods("new", 1)],
      "ReplicaSetUpdated",
    ],
  ])("if %s", (_, before, all, reason) => {
    expect(condition("Progressing", status(before, all))?.reason).toBe(reason);
  });

  test("moves its update with the pods, and its transition only with its status", () => {
    const moved = (before: DeploymentCondition) => {
      const { lastUpdateTime, lastTransitionTime } =
        condition("Progressing", status({ ...counts, readyReplicas: 2, conditions: [before] }, sets)) ?? {};
      return [lastUpdateTime, lastTransitionTime];
    };
    expect(moved(progressing("ReplicaSetUpdated"))).toEqual([at(100), at(0)]);
    expect(moved(progressing("DeploymentResumed", "Unknown"))).toEqual([at(100), at(100)]);
  });

  test.each([undefined, 2147483647])("is not there without a deadline (%j)", (progressDeadlineSeconds) => {
    const { progressDeadlineSeconds: _, ...spec } = web().spec;
    const deployment = web();
    deployment.spec = { ...spec, ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }) };
    deployment.status = { conditions: late };
    expect(
      condition("Progressing", rolloutStatus(deployment, { newest: undefined, all: [], now: T0 })),
    ).toBeUndefined();
    expect(deadlineOf(deployment, deployment.status)).toBeUndefined();
  });

  test("ends at its deadline, counted from its last update, unless it has ended", () => {
    const deadline = (...conditions: DeploymentCondition[]) =>
      deadlineOf(web({ progressDeadlineSeconds: 60 }), { conditions });
    expect(deadline(progressing("ReplicaSetUpdated", "True", 7))).toBe(T0 + 67_000);
    expect(deadline(progressing("NewReplicaSetAvailable"))).toBeUndefined();
    expect(deadline(progressing("ProgressDeadlineExceeded", "False"))).toBeUndefined();
    expect(deadline()).toBeUndefined();
  });
});

test("ReplicaFailure is the newest set's, or an old one's, and goes with it", () => {
  const failing = (name: string) =>
    set(name, 1, {
      replicas: 0,
      conditions: [
        { type: "Other", status: "True" },
        { type: "ReplicaFailure", status: "True", reason: name, message: "quota" },
      ],
    });
  const failure = (...sets: readonly Stored<ReplicaSet>[]) =>
    condition("ReplicaFailure", status({ conditions: [{ ...progressing("before"), type: "ReplicaFailure" }] }, sets));
  expect(failure(failing("old"), failing("new"))).toMatchObject({ status: "True", reason: "new", message: "quota" });
  expect(failure(failing("old"), pods("new", 1))).toMatchObject({ reason: "old" });
  expect(failure(pods("old", 1), pods("new", 1))).toBeUndefined();
});
