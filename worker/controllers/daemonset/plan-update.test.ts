import { expect, it } from "vitest";
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Batch, Effect } from "../controller.ts";
import { nodeOf } from "./daemon-pod.ts";
import { planPlacement } from "./placement.ts";
import type { Place } from "./places.ts";
import { planUpdate, surgeOf } from "./rolling-update.ts";

/**
 * A node's pods: `O` an available one of the old template, `o` one that is not available, `N` and `n` those of the new
 * one, `x` an old one that is terminating, `f` and `s` ones that have failed and succeeded; `!` marks a node that accepts no new pods.
 */
const placeOf = (text: string, i: number): Place => ({
  node: { metadata: { name: `n${i}` } } as Place["node"],
  fit: { shouldRun: !text.startsWith("!"), shouldContinueRunning: true },
  pods: [...text.replace(/[!-]/g, "")].map(
    (kind) =>
      ({
        metadata: {
          namespace: "ns",
          name: `${kind}${i}`,
          ...(kind === "x" ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
        },
        spec: { containers: [], nodeName: `n${i}` },
        status: {
          phase: PHASES[kind] ?? "Running",
          conditions: [{ type: "Ready", status: kind === kind.toUpperCase() ? "True" : "False" }],
        },
      }) as unknown as Stored<Pod>,
  ),
});

const PHASES: Readonly<Record<string, string>> = { f: "Failed", s: "Succeeded" };

const setWith = (updateStrategy: DaemonSet["spec"]["updateStrategy"]) =>
  ({
    metadata: { name: "dm", namespace: "ns", uid: "u" },
    spec: { selector: {}, updateStrategy, template: { spec: { containers: [] } } },
    status: {},
  }) as unknown as Stored<DaemonSet>;

const rollout = { hash: "h", isNew: ({ metadata }: Pod) => /^n/i.test(metadata.name ?? ""), now: 0 };

/** `+n1` for a pod that is created, `-O1` for one that is deleted. */
const printed = (effects: readonly (Effect | Batch)[]) =>
  effects
    .flatMap((each) => (each.op === "batch" ? each.effects : [each]))
    .map((each) => (each.op === "create" ? `+${nodeOf(each.object as Pod)}` : `-${each.op === "delete" && each.name}`))
    .join(" ");

const unavailable = (maxUnavailable: number | string) => ({ type: "RollingUpdate", rollingUpdate: { maxUnavailable } });
const surge = (maxSurge: number | string) => ({
  type: "RollingUpdate",
  rollingUpdate: { maxSurge, maxUnavailable: 0 },
});

it.each<[string, DaemonSet["spec"]["updateStrategy"], string, string]>([
  ["one by one", unavailable(1), "O O O", "-O0"],
  ["one by one, if nothing else is said", { type: "RollingUpdate" }, "O O O", "-O0"],
  ["several at once", unavailable(2), "O O O", "-O0 -O1"],
  ["a part of all nodes, rounded up", unavailable("34%"), "O O O", "-O0 -O1"],
  ["at least one", unavailable("0%"), "O O O", "-O0"],
  ["those that are not available at once", unavailable(1), "O o o", "-o1 -o2"],
  ["one that is not available, and available ones up to the limit", unavailable(2), "o O O", "-o0 -O1"],
  ["no available one beside others that are not", unavailable(1), "O n O", ""],
  ["no more than are not new and available", unavailable(2), "O n O", "-O0"],
  ["none beside a node without a pod", unavailable(1), "O - O", ""],
  ["none beside a pod that is terminating", unavailable(1), "O x N", ""],
  ["none that are new", unavailable(3), "N N n", ""],
  ["those of a node that accepts no new ones, of whose number not", unavailable("50%"), "!O O N", "-O0"],
  ["none of a node that accepts none and has none", unavailable(1), "!- O", "-O1"],
  ["none by itself", { type: "OnDelete" }, "O o O", ""],
])("replaces %s", (_, strategy, nodes, expected) => {
  expect(printed(planUpdate(setWith(strategy), nodes.split(" ").map(placeOf), rollout))).toBe(expected);
});

it.each<[string, DaemonSet["spec"]["updateStrategy"], string, string]>([
  ["one by one", surge(1), "O O O", "+n0"],
  ["several at once", surge("50%"), "O O O", "+n0 +n1"],
  ["at once beside those that are not available", surge(1), "O o o", "+n1 +n2 +n0"],
  ["beside one that is not available, and as many others as it may", surge(1), "o O O", "+n0 +n1"],
  ["not beside more than the limit", surge(1), "O On O", ""],
  ["further, up to the limit", surge(2), "O On O", "+n0"],
  ["after which the old ones go", surge(1), "O ON O", "+n0 -O1"],
  ["after which the old ones go, those that are not available too", surge(1), "oN N", "-o0"],
  ["not where there is a new one", surge(1), "N n", ""],
  ["not beside a pod that is terminating", surge(1), "x N", ""],
  ["not on a node that accepts none, whose old one goes if it is not available", surge(1), "!o O", "+n1 -o0"],
  ["not on a node that accepts none, whose old one stays for others", surge(1), "!O n", ""],
  ["not on a node that accepts none, whose old one goes if enough others are there", surge(1), "!O !O N", "-O0 -O1"],
  ["not on nodes that accept none, whose old ones go", surge(1), "!o !O N N", "-o0 -O1"],
  ["not on nodes that accept none, of whose old ones those go that are too many", surge(1), "!O !O n", "-O0"],
])("surges %s", (_, strategy, nodes, expected) => {
  expect(printed(planUpdate(setWith(strategy), nodes.split(" ").map(placeOf), rollout))).toBe(expected);
});

it("surges only in rolling updates", () => {
  expect(surgeOf(setWith({ ...surge(2), type: "OnDelete" }), 3)).toBe(0);
  expect(surgeOf(setWith(surge("34%")), 3)).toBe(2);
  expect(surgeOf(setWith(undefined), 3)).toBe(0);
});

it.each<[string, DaemonSet["spec"]["updateStrategy"], string, string]>([
  ["a pod where there is none", unavailable(1), "- N", "+n0"],
  ["none where a pod is terminating", unavailable(1), "x N", ""],
  ["one beside a terminating pod if it may surge", surge(1), "x N", "+n0"],
  ["none on a node that accepts none", unavailable(1), "!-", ""],
  ["none of those that have ended, one failed one at a time", unavailable(1), "ff s", "-f0 -s1"],
  ["the pod beside one that has ended", unavailable(1), "sN", "-s0"],
  ["the pod of a node that accepts no new ones", unavailable(1), "!O", ""],
  ["the oldest of several pods", unavailable(1), "NO", "-O0"],
  ["an old and a new pod during a surge", surge(1), "On", ""],
  ["the new pod if the old one is not ready", surge(1), "on", "-o0"],
  ["the new pod once it is available", surge(1), "ON", "-O0"],
])("keeps %s", (_, strategy, nodes, expected) => {
  const { effects } = planPlacement(setWith(strategy), nodes.split(" ").map(placeOf), {
    ...rollout,
    failedPods: undefined,
  });
  expect(printed(effects)).toBe(expected);
});

it("reports pods that have ended", () => {
  const places = ["f", "s", "N"].map(placeOf);
  const { events } = planPlacement(setWith(undefined), places, { ...rollout, failedPods: undefined });
  expect(events.map(({ type, reason, message }) => [type, reason, message])).toEqual([
    ["Warning", "FailedDaemonPod", "Found failed daemon pod ns/f0 on node n0, will try to kill it"],
    ["Normal", "SucceededDaemonPod", "Found succeeded daemon pod ns/s1 on node n1, will try to delete it"],
  ]);
});
