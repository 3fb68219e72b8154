import { describe, expect, test } from "vitest";
import type { ControllerRevision, StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { db } from "../../../test/fakes/controllers/controlled-stateful-set.ts";
import type { Effect, Snapshot } from "../controller.ts";
import type { StatefulSetState } from "./stateful-set-state.ts";
import { statusOf } from "./status.ts";
import { planTurn } from "./turn.ts";

const NOW = Date.parse("2026-01-01T00:01:00Z");
const revision = (name: string) =>
  ({ metadata: { name }, data: { spec: { template: db().spec.template } } }) as unknown as Stored<ControllerRevision>;

/** Ready for a minute, for a second, running, pending, ended, or on its way out; of the old revision after a dash. */
type State = `${"ready" | "young" | "running" | "pending" | "ended" | "leaving" | "leaving ended"}${"" | "-old"}`;

const pod = (ordinal: number, state: State): Stored<Pod> => {
  const [is = "", age = "new"] = state.split("-");
  const isReady = is === "ready" || is === "young" || is === "leaving";
  const since = is === "young" ? "2026-01-01T00:00:59Z" : "2026-01-01T00:00:00Z";
  const phases: Record<string, string> = { pending: "Pending", ended: "Succeeded", "leaving ended": "Failed" };
  return {
    metadata: {
      name: `db-${ordinal}`,
      namespace: "ns",
      labels: {
        "controller-revision-hash": age,
        "statefulset.kubernetes.io/pod-name": `db-${ordinal}`,
        "apps.kubernetes.io/pod-index": String(ordinal),
      },
      ...(is.startsWith("leaving") && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    status: {
      phase: phases[is] ?? "Running",
      conditions: [{ type: "Ready", status: isReady ? "True" : "False", lastTransitionTime: since }],
    },
  } as unknown as Stored<Pod>;
};

const NO_CLAIMS = { get: () => undefined } as unknown as Snapshot;
const scene = (
  spec: Partial<StatefulSet["spec"]>,
  pods: Readonly<Record<number, State>>,
  status: StatefulSet["status"] = { replicas: 0 },
): StatefulSetState => ({
  set: { ...db({ minReadySeconds: 10, ...spec }), status } as Stored<StatefulSet>,
  revisions: { current: revision("old"), update: revision("new") },
  pods: new Map(Object.entries(pods).map(([ordinal, state]) => [Number(ordinal), pod(Number(ordinal), state)])),
  snapshot: NO_CLAIMS,
  now: NOW,
});

const print = (effect: Effect) => {
  if (effect.op !== "create") return `${effect.op} ${"name" in effect ? effect.name : ""}`;
  const { name, labels } = effect.object.metadata;
  return `create ${name} ${labels?.["controller-revision-hash"]}`;
};
const turn = (...args: Parameters<typeof scene>) => planTurn(scene(...args)).effects.map(print);

const rolling = (partition: number, maxUnavailable?: number | string) => ({
  updateStrategy: {
    type: "RollingUpdate",
    rollingUpdate: { partition, ...(maxUnavailable === undefined ? {} : { maxUnavailable }) },
  },
});
const PARALLEL = { podManagementPolicy: "Parallel" };

describe("a stateful set's pods", () => {
  test.each<[Readonly<Record<number, State>>, string[], string[]]>([
    // In order | all at once
    [{}, ["create db-0 new"], ["create db-0 new", "create db-1 new", "create db-2 new"]],
    [{ 0: "ready" }, ["create db-1 new"], ["create db-1 new", "create db-2 new"]],
    [{ 0: "pending" }, [], ["create db-1 new", "create db-2 new"]],
    [{ 0: "running" }, [], ["create db-1 new", "create db-2 new"]],
    [{ 0: "young" }, [], ["create db-1 new", "create db-2 new"]],
    [{ 0: "leaving" }, [], ["create db-1 new", "create db-2 new"]],
    [{ 1: "ready", 2: "ready" }, ["create db-0 new"], ["create db-0 new"]],
    [{ 0: "ended", 1: "ended" }, ["delete db-0"], ["delete db-0", "delete db-1", "create db-2 new"]],
    [{ 0: "leaving ended", 1: "ready", 2: "ready" }, [], []],
    [{ 0: "ready", 1: "ready", 2: "ready" }, [], []],
  ])("of which %j are there", (pods, ordered, parallel) => {
    expect(turn({ replicas: 3 }, pods)).toEqual(ordered);
    expect(turn({ replicas: 3, ...PARALLEL }, pods)).toEqual(parallel);
  });

  test.each<[Readonly<Record<number, State>>, string[], string[]]>([
    [{ 1: "ready", 2: "ready", 3: "ready" }, ["delete db-3"], ["delete db-3", "delete db-2"]],
    [{ 1: "ready", 10: "ready", 9: "ready" }, ["delete db-10"], ["delete db-10", "delete db-9"]],
    [{ 0: "ready", 1: "ready" }, ["delete db-0"], ["delete db-0"]],
    [{ 1: "pending", 2: "ready" }, [], ["delete db-2"]],
    [{ 1: "ready", 2: "ready", 3: "leaving" }, [], ["delete db-2"]],
    [{ 1: "ready", 2: "young", 3: "ready" }, ["delete db-3"], ["delete db-3", "delete db-2"]],
    [{ 1: "ready", 2: "ready", 3: "young" }, ["delete db-3"], ["delete db-3", "delete db-2"]],
    [{ 1: "ready", 2: "running", 3: "young" }, [], ["delete db-3", "delete db-2"]],
  ])("that only asks for the second of %j", (pods, ordered, parallel) => {
    const second = { replicas: 1, ordinals: { start: 1 } };
    expect(turn(second, pods)).toEqual(ordered);
    expect(turn({ ...second, ...PARALLEL }, pods)).toEqual(parallel);
  });

  test.each<[string, Partial<StatefulSet["spec"]>, Readonly<Record<number, State>>, string[]]>([
    ["from the last on", rolling(0), { 0: "ready-old", 1: "ready-old", 2: "ready-old" }, ["delete db-2"]],
    ["once later ones are available", rolling(0), { 0: "ready-old", 1: "ready-old", 2: "ready" }, ["delete db-1"]],
    [
      "not while later ones are not",
      { ...PARALLEL, ...rolling(0) },
      { 0: "ready-old", 1: "ready-old", 2: "young" },
      [],
    ],
    [
      "not while later ones leave",
      { ...PARALLEL, ...rolling(0) },
      { 0: "ready-old", 1: "ready-old", 2: "leaving-old" },
      [],
    ],
    [
      "even if they are broken",
      { ...PARALLEL, ...rolling(0) },
      { 0: "ready-old", 1: "running-old", 2: "ready" },
      ["delete db-1"],
    ],
    ["down to the partition", rolling(2), { 0: "ready-old", 1: "ready-old", 2: "ready-old" }, ["delete db-2"]],
    ["not below it", rolling(2), { 0: "ready-old", 1: "ready-old", 2: "ready" }, []],
    [
      "as many as may be unavailable",
      rolling(0, 2),
      { 0: "ready-old", 1: "ready-old", 2: "ready-old" },
      ["delete db-2", "delete db-1"],
    ],
    [
      "fewer if others are",
      { ...PARALLEL, ...rolling(0, 2) },
      { 0: "ready-old", 1: "ready-old", 2: "young" },
      ["delete db-1"],
    ],
    ["at least one", rolling(0, "10%"), { 0: "ready-old", 1: "ready-old", 2: "ready-old" }, ["delete db-2"]],
    [
      "after surplus ones",
      { ...PARALLEL, ...rolling(0) },
      { 0: "ready-old", 1: "ready-old", 2: "ready-old", 3: "ready" },
      ["delete db-3"],
    ],
    [
      "not under OnDelete",
      { updateStrategy: { type: "OnDelete" } },
      { 0: "ready-old", 1: "ready-old", 2: "ready-old" },
      [],
    ],
    [
      "one by one by default",
      { updateStrategy: {} as never },
      { 0: "ready-old", 1: "ready-old", 2: "ready-old" },
      ["delete db-2"],
    ],
  ])("are replaced %s", (_, spec, pods, effects) => {
    expect(turn({ replicas: 3, ...spec }, pods)).toEqual(effects);
  });

  test.each<[Partial<StatefulSet["spec"]>, number, string[]]>([
    [rolling(0), 0, ["create db-1 new", "create db-2 new"]],
    [rolling(2), 0, ["create db-1 old", "create db-2 new"]],
    [{ updateStrategy: { type: "RollingUpdate" } }, 2, ["create db-1 old", "create db-2 new"]],
    [{ updateStrategy: { type: "OnDelete" } }, 2, ["create db-1 new", "create db-2 new"]],
    [{ ...rolling(2), ordinals: { start: 1 }, replicas: 2 }, 0, ["create db-1 old", "create db-2 old"]],
  ])("under %j, %i of them of the old revision, are created from either", (spec, currentReplicas, effects) => {
    expect(
      turn({ replicas: 3, ...PARALLEL, ...spec }, { 0: "ready-old" }, { replicas: 1, currentReplicas }).filter((text) =>
        text.startsWith("create"),
      ),
    ).toEqual(effects);
  });
});

describe("a stateful set's status", () => {
  const REVISIONS = { current: "old", update: "new" };
  const status = (spec: Partial<StatefulSet["spec"]>, pods: Readonly<Record<number, State>>) => {
    const { collisionCount: _, updateRevision: __, ...counts } = statusOf(scene(spec, pods), REVISIONS, new Set());
    return counts;
  };

  test("counts pods until they are gone, and revisions of those that stay", () => {
    const pods: Record<number, State> = {
      0: "ready-old",
      1: "young",
      2: "leaving",
      3: "running-old",
      4: "ended",
      5: "pending",
    };
    expect(status({ replicas: 6 }, pods)).toEqual({
      replicas: 6,
      readyReplicas: 3,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 3,
      currentRevision: "old",
    });
    expect(status({ replicas: 6 }, {})).toEqual({ replicas: 0, availableReplicas: 0, currentRevision: "old" });
  });

  test.each<[string, Partial<StatefulSet["spec"]>, Readonly<Record<number, State>>, string]>([
    ["all are new and ready", {}, { 0: "ready", 1: "young" }, "new"],
    ["one is old", {}, { 0: "ready-old", 1: "ready" }, "old"],
    ["one is not ready", {}, { 0: "ready", 1: "running" }, "old"],
    ["one is missing", {}, { 0: "ready" }, "old"],
    ["there is one too many", {}, { 0: "ready", 1: "ready", 2: "ready" }, "old"],
    ["one is surplus, and one missing", {}, { 1: "ready", 2: "ready" }, "old"],
    ["one is below the first", { ordinals: { start: 1 } }, { 0: "ready", 1: "ready" }, "old"],
    ["they are replaced by hand", { updateStrategy: { type: "OnDelete" } }, { 0: "ready", 1: "ready" }, "old"],
    ["it is of one by default", { replicas: undefined as never }, { 0: "ready" }, "new"],
  ])("names the new revision once it is complete, not while %s", (_, spec, pods, currentRevision) => {
    expect(status({ replicas: 2, ...spec }, pods)).toMatchObject({ currentRevision });
  });

  test("keeps conditions and collisions", () => {
    const { set, ...rest } = scene({}, {});
    const conditions = [{ type: "Custom", status: "True" }];
    const kept = {
      ...set,
      metadata: { ...set.metadata, generation: 3 },
      status: { replicas: 0, conditions, collisionCount: 2 },
    };
    expect(statusOf({ ...rest, set: kept }, REVISIONS, new Set())).toMatchObject({
      conditions,
      collisionCount: 2,
      observedGeneration: 3,
    });
    expect(statusOf({ ...rest, set }, REVISIONS, new Set())).not.toHaveProperty("conditions");
  });
});
