import { describe, expect, test } from "vitest";
import type { Job, JobStatus } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { newJob } from "../../../test/fakes/controllers/controlled-job.ts";
import type { Batch, Effect } from "../controller.ts";
import { isActive } from "../pod/pod-state.ts";
import { planPods } from "./pod-plan.ts";
import { tallyPods } from "./tally.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

type State = "runs" | "waits" | "leaves" | "succeeded" | "failed";

/** Pods called p0, p1, …; of an indexed Job, each with its index. */
const podsOf = (states: readonly (State | readonly [index: string, state: State])[]) =>
  states.map((each, i): Stored<Pod> => {
    const [index, state] = typeof each === "string" ? [undefined, each] : each;
    const phases: Partial<Record<State, string>> = { waits: "Pending", succeeded: "Succeeded", failed: "Failed" };
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `p${i}`,
        uid: `p${i}`,
        namespace: "ns",
        creationTimestamp: "2026-01-01T00:00:00Z",
        finalizers: ["batch.kubernetes.io/job-tracking"],
        ...(index !== undefined && { annotations: { "batch.kubernetes.io/job-completion-index": index } }),
        ...(state === "leaves" && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      },
      spec: { nodeName: "n", containers: [] },
      status: { phase: phases[state] ?? "Running" },
    } as unknown as Stored<Pod>;
  });

const isBatch = (effect: Effect | Batch): effect is Batch => effect.op === "batch";
function print(effect: Effect | Batch): string[] {
  if (isBatch(effect)) return effect.effects.flatMap(print);
  if (effect.op !== "create") return "name" in effect ? [`${effect.op} ${effect.name}`] : [];
  const index = effect.object.metadata.annotations?.["batch.kubernetes.io/job-completion-index"];
  return [index === undefined ? "create" : `create ${index}`];
}

function planned(
  spec: Partial<Job["spec"]>,
  states: Parameters<typeof podsOf>[0],
  { backoffEnd = 0, ...status }: JobStatus & { backoffEnd?: number } = {},
) {
  const job = { ...newJob({ parallelism: 2, ...spec }), status } as Stored<Job>;
  const pods = podsOf(states);
  const tally = tallyPods(job, pods);
  const plan = planPods(job, { active: pods.filter(isActive), tally, pods, backoffEnd, now: NOW });
  return plan.waitsUntil === undefined ? plan.effects.flatMap(print) : plan.waitsUntil;
}

const gone = (...names: string[]) => [
  ...names.map((name) => `patch ${name}`),
  ...names.map((name) => `delete ${name}`),
];

describe("a Job's pods", () => {
  test.each<[string, Partial<Job["spec"]>, State[], JobStatus, string[]]>([
    ["are as many as may run at once", { completions: 3 }, [], {}, ["create", "create"]],
    ["are no more than must still succeed", { completions: 3 }, [], { succeeded: 2 }, ["create"]],
    ["… counting those that have not been counted", { completions: 3 }, ["succeeded", "succeeded"], {}, ["create"]],
    ["are replaced when they fail", { completions: 3 }, ["runs", "failed"], {}, ["create"]],
    ["are replaced when they leave", { completions: 3 }, ["runs", "leaves"], {}, ["create"]],
    ["… or only once they have failed", { completions: 3, podReplacementPolicy: "Failed" }, ["runs", "leaves"], {}, []],
    ["need not be replaced", { completions: 3 }, ["runs", "waits"], {}, []],
    ["are enough in the end", { completions: 2 }, ["runs"], { succeeded: 1 }, []],
    ["are too many once others have succeeded", { completions: 2 }, ["runs", "waits"], { succeeded: 1 }, gone("p1")],
    ["are too many all at once", { completions: 9, parallelism: 0 }, ["runs", "waits"], {}, gone("p1", "p0")],
    ["go when it is suspended", { completions: 9, suspend: true }, ["runs", "waits", "leaves"], {}, gone("p0", "p1")],
    ["of a queue are as many as may run at once", {}, ["runs", "failed"], {}, ["create"]],
    ["of a queue are no more once one has succeeded", {}, ["runs", "succeeded"], {}, []],
    ["of a queue stay then", { parallelism: 1 }, ["runs", "runs"], { succeeded: 1 }, []],
  ])("%s", (_, spec, states, status, effects) => {
    expect(planned(spec, states, status)).toEqual(effects);
  });

  test.each<[string, Partial<Job["spec"]>, [string, State][], JobStatus, string[]]>([
    ["begin with the first", {}, [], {}, ["create 0", "create 1"]],
    [
      "fill gaps",
      { parallelism: 3 },
      [
        ["0", "runs"],
        ["2", "runs"],
      ],
      {},
      ["create 1", "create 3"].slice(0, 1),
    ],
    ["go on after those that are done", {}, [], { completedIndexes: "0,2" }, ["create 1", "create 3"]],
    ["… counting those that have not been counted", {}, [["0", "succeeded"]], {}, ["create 1", "create 2"]],
    [
      "are replaced when they fail",
      {},
      [
        ["0", "failed"],
        ["1", "runs"],
      ],
      {},
      ["create 0"],
    ],
    [
      "wait for those that leave if only failed ones are replaced",
      { podReplacementPolicy: "Failed", parallelism: 3 },
      [
        ["0", "leaves"],
        ["1", "runs"],
      ],
      {},
      ["create 2"],
    ],
    [
      "are one for each index, that which is worth most",
      { parallelism: 3 },
      [
        ["0", "waits"],
        ["0", "runs"],
        ["1", "runs"],
      ],
      {},
      gone("p0"),
    ],
    [
      "are one for each index, that which is worth most, though it came first",
      { parallelism: 3 },
      [
        ["0", "runs"],
        ["0", "waits"],
        ["1", "runs"],
      ],
      {},
      gone("p1"),
    ],
    [
      "are none of other indexes",
      {},
      [
        ["0", "runs"],
        ["4", "runs"],
        ["", "runs"],
        ["x", "runs"],
      ],
      {},
      gone("p1", "p2", "p3"),
    ],
    [
      "are none of indexes that are done",
      {},
      [
        ["0", "runs"],
        ["1", "runs"],
      ],
      { completedIndexes: "0" },
      gone("p0"),
    ],
    [
      "are none of indexes that have failed",
      { backoffLimitPerIndex: 0 },
      [],
      { failedIndexes: "0-2", completedIndexes: "" },
      ["create 3"],
    ],
  ])("of four indexes %s", (_, spec, states, status, effects) => {
    expect(planned({ completions: 4, completionMode: "Indexed", ...spec }, states, status)).toEqual(effects);
  });

  test("wait after failures, those that are too many do not", () => {
    expect(planned({ completions: 3 }, ["runs"], { backoffEnd: NOW + 1 })).toBe(NOW + 1);
    expect(planned({ completions: 3 }, ["runs"], { backoffEnd: NOW })).toEqual(["create"]);
    expect(planned({ completions: 3 }, ["runs", "runs"], { backoffEnd: NOW + 1 })).toEqual([]);
    expect(planned({ completions: 3, parallelism: 0 }, ["runs"], { backoffEnd: NOW + 1 })).toEqual(gone("p0"));
  });
});
