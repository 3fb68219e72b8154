import { describe, expect, test } from "vitest";
import type { Deployment, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { web } from "../../../test/fakes/controllers/controlled-deployment.ts";
import { boundsOf, newestOf } from "./rollout.ts";
import { newestSize, oldAreGone, planResize, planShrink, type Resize, wasResized } from "./scaling.ts";

interface Size {
  readonly replicas: number;
  /** All, unless something else is said. */
  readonly available?: number;
  /** Pods that are there, which may be more while a set that was scaled down deletes some. */
  readonly there?: number;
  /** The size of the deployment, and its most pods, that it was last scaled for. */
  readonly desired?: number | string;
  readonly max?: number;
}

/** The first is the newest set, `d`; the others are old ones, `c`, `b` and `a`, the youngest first. */
const sets = (...sizes: readonly (Size | number)[]) =>
  sizes.map((size, position): Stored<ReplicaSet> => {
    const { replicas, available, there, desired, max }: Size = typeof size === "number" ? { replicas: size } : size;
    const annotations = {
      ...(desired === undefined ? {} : { "deployment.kubernetes.io/desired-replicas": String(desired) }),
      ...(max === undefined ? {} : { "deployment.kubernetes.io/max-replicas": String(max) }),
    };
    return {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "dcba"[position], creationTimestamp: `2026-01-01T00:00:0${9 - position}Z`, annotations },
      spec: { replicas },
      status: { replicas: there ?? replicas, availableReplicas: available ?? replicas },
    } as unknown as Stored<ReplicaSet>;
  });

const rolling = (replicas: number, maxSurge: number | string = 2, maxUnavailable: number | string = 0) =>
  web({ replicas, strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } } });
const recreate = (replicas: number) => web({ replicas, strategy: { type: "Recreate" } });
const without = (deployment: Deployment, ...[, ...old]: readonly Stored<ReplicaSet>[]) =>
  planResize(deployment, undefined, old);

const print = (resizes: readonly Resize[]) =>
  resizes.map(({ replicaSet, replicas, from }) =>
    [replicaSet.metadata.name, ...(from === undefined ? [] : [`${from} to`]), replicas].join(" "),
  );

describe("a deployment whose size changes", () => {
  test.each<[string, Deployment, readonly (Size | number)[], string[]]>([
    ["the only set with pods follows", rolling(5), [0, 3, 0], ["c 5"]],
    ["nothing is left to do", rolling(3), [0, 3, 0], []],
    ["of sets without pods the newest grows", rolling(3), [0, 0, 0], ["d 3"]],
    ["what is complete lets the others go", rolling(4), [{ replicas: 4, desired: 4 }, 2, 0, 1], ["c 0", "a 0"]],
    [
      "… but not before its pods are available",
      rolling(4),
      [{ replicas: 4, desired: 4, available: 3 }, 2],
      ["d 4", "c 2"],
    ],
    ["… nor before it was scaled for that size", rolling(4), [{ replicas: 4, desired: 5 }, 2], ["d 4", "c 2"]],
    ["… nor at that size", rolling(4), [{ replicas: 5, desired: 4, available: 4 }, 2], ["d 4", "c 2"]],
    ["Recreate has no proportions", recreate(9), [2, 3], []],
    [
      "each grows by its share",
      rolling(18),
      [
        { replicas: 4, max: 12 },
        { replicas: 8, max: 12 },
      ],
      ["c 13", "d 7"],
    ],
    [
      "each shrinks by its share",
      rolling(4),
      [
        { replicas: 4, max: 12 },
        { replicas: 8, max: 12 },
      ],
      ["c 4", "d 2"],
    ],
    [
      "of equals the newer grows more",
      rolling(5),
      [
        { replicas: 3, max: 6 },
        { replicas: 3, max: 6 },
      ],
      ["d 4", "c 3"],
    ],
    [
      "of equals the older shrinks more",
      rolling(3),
      [
        { replicas: 3, max: 6 },
        { replicas: 3, max: 6 },
      ],
      ["c 2", "d 3"],
    ],
    [
      "all of them go",
      rolling(0),
      [
        { replicas: 4, max: 6 },
        { replicas: 2, max: 6 },
      ],
      ["d 0", "c 0"],
    ],
    ["… whatever is known of them", { ...rolling(0), status: {} }, [4, 2], ["d 0", "c 0"]],
    [
      "none gets more than is left",
      rolling(10),
      [
        { replicas: 4, max: 7 },
        { replicas: 4, max: 4 },
      ],
      ["d 7", "c 5"],
    ],
    [
      "none loses more than is left",
      rolling(2),
      [
        { replicas: 4, max: 16 },
        { replicas: 4, max: 7 },
      ],
      ["c 2", "d 2"],
    ],
    [
      "those before took all of it",
      rolling(7),
      [
        { replicas: 3, max: 7 },
        { replicas: 7, max: 10 },
      ],
      ["c 6", "d 3"],
    ],
    ["what is not known is as large as now", { ...rolling(10), status: { replicas: 6 } }, [2, 4], ["c 8", "d 4"]],
    [
      "… or stays",
      { ...rolling(31), status: {} },
      [{ replicas: 2, max: 7 }, { replicas: 10, max: 35 }, 2],
      ["c 22", "d 9", "b 2"],
    ],
  ])("%s", (_, deployment, [newest, ...old], resizes) => {
    const [first, ...rest] = sets(newest ?? 0, ...old);
    expect(print(planResize(deployment, first, rest))).toEqual(resizes);
  });

  test("before there is a set of its template the youngest with pods follows, or the youngest of all", () => {
    expect(print(without(rolling(5), ...sets(0, 0, 3)))).toEqual(["b 5"]);
    expect(print(without(rolling(5), ...sets(0, 0, 0, 0)))).toEqual(["c 5"]);
    expect(print(without(rolling(5), ...sets(0)))).toEqual([]);
  });

  test.each<[boolean, Size]>([
    [false, { replicas: 3, desired: 4 }],
    [true, { replicas: 3, desired: 3 }],
    [false, { replicas: 0, desired: 3 }],
    [false, { replicas: 3 }],
    [false, { replicas: 3, desired: "" }],
    [false, { replicas: 3, desired: "-1" }],
    [false, { replicas: 3, desired: "many" }],
  ])("is noticed (%j) by a set of %j that was scaled for another", (noticed, set) => {
    expect(wasResized(rolling(4), sets(0, set))).toBe(noticed);
  });
});

describe("CTL-DEPLOY-STEPS: the newest set", () => {
  test.each<[string, Deployment, readonly (Size | number)[], number]>([
    ["shrinks to the deployment's size", rolling(2), [5, 0], 2],
    ["stays at the deployment's size", rolling(4), [4, 3], 4],
    ["grows by what the surge leaves", rolling(6), [1, 2, 2], 4],
    ["grows no further than that", rolling(6), [0, 6], 2],
    ["grows by nothing if there are too many", rolling(6), [1, 9], 1],
    ["grows to no more than the deployment's size", rolling(6, 9), [1, 2, 2], 6],
    ["waits until surplus pods are gone", rolling(6), [1, { replicas: 2, there: 3 }, { replicas: 2, there: 4 }], 1],
    ["… each of them", rolling(6), [1, 2, { replicas: 2, there: 3 }], 1],
    ["counts pods that are yet to be created", rolling(6), [1, { replicas: 4, there: 0 }], 4],
    ["has the deployment's size at once under Recreate", recreate(6), [1, 2], 6],
  ])("%s", (_, deployment, [newest, ...old], size) => {
    const all = sets(newest ?? 0, ...old);
    expect(newestSize(deployment, all[0], all)).toBe(size);
  });

  test("starts with what the surge leaves", () => {
    expect(newestSize(rolling(6), undefined, sets(0, 6))).toBe(2);
    expect(newestSize(rolling(6), undefined, [])).toBe(6);
  });
});

describe("CTL-DEPLOY-STEPS: old sets", () => {
  test.each<[string, Deployment, readonly (Size | number)[], string[]]>([
    ["nothing is there", rolling(4), [4, 0], []],
    ["nothing may be missing", rolling(4), [{ replicas: 2, available: 0 }, 4], []],
    ["as many go as are available beyond the least", rolling(4), [{ replicas: 2, available: 1 }, 4], ["c 3"]],
    ["as many go as may be unavailable", rolling(4, 0, 2), [0, 4], ["c 2"]],
    ["the oldest go first", rolling(4, 0, 3), [0, 2, 2], ["c 1", "b 0"].toReversed()],
    [
      "broken ones first, from the oldest on",
      rolling(4, 2, 2),
      [0, { replicas: 3, available: 2 }, { replicas: 3, available: 2 }],
      ["b 2", "c 2", "b 2 to 0"],
    ],
    [
      "working ones only if broken ones are not enough",
      rolling(4, 2, 0),
      [2, { replicas: 2, available: 1 }, { replicas: 2, available: 3 }],
      ["c 1", "b 1"],
    ],
    ["no more broken ones than may be missing", rolling(4, 0, 1), [0, { replicas: 4, available: 0 }], ["c 3"]],
    ["broken ones may go even if too few are available", rolling(4, 2, 0), [2, { replicas: 4, available: 1 }], ["c 2"]],
    [
      "what is available beyond a set's size does not count twice",
      rolling(4, 2, 0),
      [
        { replicas: 4, available: 3 },
        { replicas: 2, available: 4 },
      ],
      ["c 1"],
    ],
  ])("%s", (_, deployment, [newest, ...old], steps) => {
    const [first, ...rest] = sets(newest ?? 0, ...old);
    if (!first) throw new Error("no newest set");
    expect(print(planShrink(deployment, first, rest))).toEqual(steps);
  });

  test("are gone once neither pods are wanted nor there", () => {
    expect(oldAreGone(sets(0, 0))).toBe(true);
    expect(oldAreGone(sets(0, 1))).toBe(false);
    expect(oldAreGone(sets(0, { replicas: 0, there: 1 }))).toBe(false);
    expect(oldAreGone(sets(0, { replicas: 1, there: 0 }))).toBe(false);
  });
});

test.each<[number, number | string | undefined, number | string | undefined, number, number]>([
  [10, "25%", "25%", 3, 2],
  [10, 2, 3, 2, 3],
  [3, "0%", "10%", 0, 1],
  [0, 0, 0, 0, 0],
  [3, 0, 5, 0, 3],
  [3, undefined, undefined, 0, 1],
  [150, "101%", "99%", 152, 148],
])(
  "of %i pods %j may be more, %j fewer: that is %i and %i",
  (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
    const rollingUpdate = {
      ...(maxSurge !== undefined && { maxSurge }),
      ...(maxUnavailable !== undefined && { maxUnavailable }),
    };
    expect(boundsOf(web({ replicas, strategy: { type: "RollingUpdate", rollingUpdate } }))).toEqual({
      surge,
      unavailable,
    });
    expect(boundsOf(web({ replicas, strategy: { type: "Recreate", rollingUpdate } }))).toEqual({
      surge: 0,
      unavailable: 0,
    });
  },
);

test("of several sets of its template the oldest is a deployment's newest revision, then the first by name", () => {
  const of = (name: string, created: number, image = "pause:1", labels = {}) =>
    ({
      metadata: { name, creationTimestamp: `2026-01-01T00:00:0${created}Z` },
      spec: {
        template: {
          ...web({}, image).spec.template,
          metadata: { labels: { app: "web", "pod-template-hash": name, ...labels } },
        },
      },
    }) as unknown as Stored<ReplicaSet>;
  const sets = [of("a", 1, "pause:2"), of("e", 1, "pause:1", { more: "1" }), of("b", 3), of("d", 2), of("c", 2)];
  expect(newestOf(web(), sets)?.metadata.name).toBe("c");
  expect(newestOf(web(), sets.slice(0, 2))).toBeUndefined();
});
