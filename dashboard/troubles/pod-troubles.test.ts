import { expect, it } from "vitest";
import type { Happening } from "../summaries/events-of.ts";
import type { ContainerCause } from "../summaries/pod-cause.ts";
import type { PodSummary } from "../summaries/pod-summary.ts";
import { podTroubles } from "./pod-troubles.ts";
import { sortOfTrouble } from "./trouble.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");
const well: PodSummary = {
  uid: "u",
  namespace: "shop",
  name: "web",
  created: "2026-01-01T00:00:00Z",
  deleted: "",
  finalizers: [],
  owners: [],
  workload: undefined,
  node: "n",
  state: "Running",
  why: "",
  unschedulable: "",
  gated: false,
  ready: true,
  finished: false,
  failed: false,
  restarts: 0,
  cpu: 0,
  memory: 0,
};
const app: ContainerCause = { name: "app", image: "i", init: false, reason: "Running" };
const crashing = { ready: false, state: "CrashLoopBackOff", restarts: 4, why: "app ended with exit code 3." };
const late = { ready: false, state: "Pending" };

const troublesOf = (pods: readonly Partial<PodSummary>[], warning?: Partial<Happening>) =>
  podTroubles(
    pods.map((pod) => ({ ...well, ...pod })),
    { now: NOW, warningOf: () => warning as Happening | undefined },
  );

it.each<[string, Partial<PodSummary>]>([
  ["is ready", {}],
  ["succeeded", { ready: false, finished: true, state: "Succeeded" }],
  ["succeeded, whatever became of its sidecar", { ready: false, finished: true, state: "Init:ExitCode:137" }],
  ["was just created", { ...late, created: "2026-01-01T00:59:30Z" }],
  ["is being deleted in time", { ready: false, state: "Terminating", deleted: "2026-01-01T00:59:50Z" }],
])("nothing is wrong with a pod that %s", (_, pod) => expect(troublesOf([pod])).toEqual([]));

it.each<[string, Partial<PodSummary>, Partial<Happening> | undefined, string, RegExp, string]>([
  [
    "failed",
    { ready: false, finished: true, failed: true, state: "Error", container: { ...app, reason: "Ended", exitCode: 1 } },
    undefined,
    "bad Error",
    /^app ended with exit code 1: its log says why/,
    "",
  ],
  [
    "was evicted",
    { ready: false, finished: true, failed: true, state: "Evicted", why: "The node was low on memory." },
    undefined,
    "bad Evicted",
    /^Its node ran short/,
    "The node was low on memory.",
  ],
  [
    "crashes repeatedly",
    { ...crashing, container: { ...app, reason: "CrashLoopBackOff", exitCode: 3 } },
    undefined,
    "bad CrashLoopBackOff",
    /^app ends with exit code 3 again and again/,
    "Restarted 4 times.",
  ],
  [
    "crashes with a last word",
    { ...crashing, why: "app ended with exit code 3: no config", container: { ...app, reason: "CrashLoopBackOff" } },
    undefined,
    "bad CrashLoopBackOff",
    /^A container cannot start/,
    "app ended with exit code 3: no config Restarted 4 times.",
  ],
  [
    "is restarted by its probe",
    { ...crashing, container: { ...app, reason: "CrashLoopBackOff", exitCode: 137, ended: "Error" } },
    { reason: "Unhealthy", message: "Liveness probe failed: timeout" },
    "bad CrashLoopBackOff",
    /^app is restarted because its liveness probe fails: check the probe/,
    "Liveness probe failed: timeout Restarted 4 times.",
  ],
  [
    "finds no node",
    { ...late, node: "", unschedulable: "0/1 nodes are available: 1 Insufficient cpu." },
    undefined,
    "bad Unschedulable",
    /^No node fits it \(too little free cpu: 1\): ask/,
    "0/1 nodes are available: 1 Insufficient cpu.",
  ],
  ["no scheduler looks at", { ...late, node: "" }, undefined, "warn Pending", /check its schedulerName/, ""],
  ["is gated", { ...late, node: "", gated: true }, undefined, "warn Pending", /^Its scheduling gates/, ""],
  [
    "has a probe that fails",
    { ready: false, container: app },
    { reason: "Unhealthy", message: "Readiness probe failed: 503" },
    "warn Not ready",
    /^app runs, but its readiness probe fails: check/,
    "Readiness probe failed: 503",
  ],
  ["runs and is not ready", { ready: false, container: app }, undefined, "warn Not ready", /has not become ready/, ""],
  [
    "waits for its init container",
    { ready: false, state: "Init:0/1", container: { ...app, name: "migrate", init: true } },
    undefined,
    "warn Init:0/1",
    /^Its init container migrate has not finished/,
    "",
  ],
  [
    "lacks a volume",
    { ...late, state: "ContainerCreating" },
    { reason: "FailedMount", message: 'configmap "c" not found' },
    "warn ContainerCreating",
    /^A volume of it cannot be mounted/,
    'configmap "c" not found',
  ],
  [
    "does not go",
    { ready: false, state: "Terminating", deleted: "2026-01-01T00:50:00Z", finalizers: ["x.io/hold"] },
    undefined,
    "warn Terminating",
    /x\.io\/hold holds it/,
    "",
  ],
])("a pod that %s is described in one sentence", (_, pod, warning, state, why, detail) => {
  const [found] = troublesOf([pod], warning);
  expect(`${found?.tone} ${found?.state}`).toBe(state);
  expect(found?.why).toMatch(why);
  expect(found?.detail).toBe(detail);
});

it.each<[string, Partial<PodSummary>, unknown]>([
  [
    "before its last restart, if it is restarted again and again",
    { ...crashing, container: { ...app, reason: "CrashLoopBackOff", exitCode: 3 } },
    { container: "app", previous: "true" },
  ],
  ["that it writes now, if it runs", { ready: false, container: app }, { container: "app" }],
  [
    "not at all, if it never ran",
    { ready: false, state: "ErrImagePull", container: { ...app, reason: "ErrImagePull" } },
    undefined,
  ],
])("a trouble leads to the container's log %s", (_, pod, log) => expect(troublesOf([pod])[0]?.log).toEqual(log));

it("pods of one owner with the same problem are grouped, others stay separate", () => {
  const waiting = { ...late, node: "" };
  const pods = [
    { ...waiting, uid: "a", owners: ["web"] },
    { ...waiting, uid: "b", owners: ["web"] },
    { ...waiting, uid: "c", owners: ["web"], unschedulable: "no room" },
    { ...waiting, uid: "d" },
    { ...waiting, uid: "e" },
  ];
  expect(new Set(troublesOf(pods).map(sortOfTrouble)).size).toBe(4);
});
