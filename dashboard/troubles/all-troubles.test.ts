import { expect, it, test } from "vitest";
import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Job } from "../../api/generated/batch.v1.ts";
import type { Node, PersistentVolumeClaim } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { Happening } from "../summaries/events-of.ts";
import type { PodSummary } from "../summaries/pod-summary.ts";
import { allTroubles, type Watched } from "./all-troubles.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");
const CREATED = "2026-01-01T00:00:00Z";
const object = (name: string, rest: object): never =>
  ({
    metadata: { uid: name, name, namespace: "shop", resourceVersion: "1", creationTimestamp: CREATED },
    ...rest,
  }) as never;

const nothing: Watched = {
  nodes: [],
  pods: [],
  deployments: [],
  statefulSets: [],
  daemonSets: [],
  jobs: [],
  claims: [],
  warnings: [],
};
const found = (watched: Partial<Watched>) => allTroubles({ ...nothing, ...watched }, NOW);
const lines = (watched: Partial<Watched>) => found(watched).map(({ kind, name, state }) => `${kind} ${name} ${state}`);

const ready = { type: "Ready", status: "True" };
const node = (name: string, conditions?: object[], spec = {}): Stored<Node> =>
  object(name, { spec, status: { conditions } });
const pod = (rest: Partial<PodSummary>) =>
  ({
    uid: "p",
    namespace: "shop",
    name: "p",
    created: CREATED,
    deleted: "",
    owners: [],
    node: "n",
    state: "Running",
    why: "",
    unschedulable: "",
    restarts: 0,
    ...rest,
  }) as unknown as PodSummary;
const failed = { finished: true, failed: true, state: "Error" };
const warning = (subject: string, reason: string, message: string, lastSeen = CREATED) =>
  ({ subject, reason, message, lastSeen }) as Happening;

it("unreachable nodes come first, cordoned ones last", () => {
  const nodes = [
    node("well", [ready]),
    node("cordoned", [ready], { unschedulable: true }),
    node("silent"),
    node("full", [ready, { type: "DiskPressure", status: "True", message: "kubelet has disk pressure" }]),
  ];
  expect(lines({ nodes, pods: [pod(failed)] })).toEqual([
    "Node silent NotReady",
    "Node full DiskPressure",
    "Pod p Error",
    "Node cordoned Cordoned",
  ]);
});

const status = { updatedReplicas: 1, replicas: 1, availableReplicas: 0 };
const deployment = (rest: object = {}): Stored<Deployment> => object("web", { spec: { replicas: 1 }, status, ...rest });
const progressing = (lastUpdateTime: string) => ({
  conditions: [{ type: "Progressing", status: "True", lastUpdateTime }],
});

test("pods that only lack their node are not listed beside it", () => {
  const lost = node("lost", [{ type: "Ready", status: "Unknown", reason: "NodeStatusUnknown" }]);
  const pods = [pod({ node: "lost", workload: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } })];
  expect(lines({ nodes: [lost], pods, deployments: [deployment()] })).toEqual(["Node lost NotReady"]);
  expect(found({ nodes: [lost] })[0]?.why).toMatch(/^It reports no more: look whether the machine is on/);
});

test("a Deployment that lacks pods is listed if none of its pods says why, and not while it gets on", () => {
  const deployments = [deployment()];
  const workload = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  expect(lines({ deployments })).toEqual(["Deployment web Progressing"]);
  expect(lines({ deployments, pods: [pod({ workload, ...failed })] })).toEqual(["Pod p Error"]);
  const busy = deployment({ status: { ...status, ...progressing("2026-01-01T00:59:40Z") } });
  expect(lines({ deployments: [busy] })).toEqual([]);
});

test("refused pods are listed with what refuses them, whichever workload they are of", () => {
  const message = 'pods "web-x" is forbidden: exceeded quota: small, requested: pods=1';
  const failure = { type: "ReplicaFailure", status: "True", message };
  const set: Stored<StatefulSet> = object("db", { spec: { replicas: 2 }, status: { readyReplicas: 0 } });
  const daemons: Stored<DaemonSet> = object("ds", { spec: {}, status: { desiredNumberScheduled: 2 } });
  const job: Stored<Job> = object("job", { spec: {}, status: {} });
  const all = found({
    deployments: [deployment({ status: { ...status, conditions: [failure] } })],
    statefulSets: [set],
    daemonSets: [daemons],
    jobs: [job],
    warnings: ["db", "ds", "job"].map((uid) => warning(uid, "FailedCreate", message)),
  });
  expect(all.map(({ kind }) => kind).sort()).toEqual(["DaemonSet", "Deployment", "Job", "StatefulSet"]);
  for (const { state, why, detail } of all) {
    expect(state).toBe("Pods refused");
    expect(why).toBe("The quota small leaves no room for its pods: raise the quota, or ask for less.");
    expect(detail).toBe(message);
  }
});

test("a failed Job is listed, and not each of its pods", () => {
  const jobs = (status: object): Stored<Job>[] => [object("job", { spec: {}, status })];
  const pods = [pod({ owners: ["job"], ...failed })];
  const over = { failed: 1, conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] };
  expect(lines({ pods, jobs: jobs(over) })).toEqual(["Job job Failed"]);
  expect(lines({ pods, jobs: jobs({ failed: 1, active: 1 }) })).toEqual(["Job job Retrying"]);
  expect(lines({ pods, jobs: jobs({ failed: 1, conditions: [{ type: "Complete", status: "True" }] }) })).toEqual([]);
  expect(lines({ pods })).toEqual(["Pod p Error"]);
});

test.each<[string, object, string, RegExp | undefined]>([
  [
    "whose class does not exist",
    { storageClassName: "fast" },
    'storageclass.storage.k8s.io "fast" not found',
    /class fast does not exist/,
  ],
  ["whose class fails", { storageClassName: "fast" }, "quota exceeded", /class fast cannot provide its volume/],
  ["without a class", {}, "", /names no storage class/],
  ["that waits for its first pod", { storageClassName: "fast" }, "", undefined],
])("a pending claim %s", (_, spec, message, why) => {
  const claims: Stored<PersistentVolumeClaim>[] = [object("data", { spec, status: { phase: "Pending" } })];
  const warnings = message === "" ? [] : [warning("data", "ProvisioningFailed", message)];
  const [trouble] = found({ claims, warnings });
  if (why) expect(trouble?.why).toMatch(why);
  else expect(trouble).toBeUndefined();
});

test("of several warnings about an object, the latest counts", () => {
  const claims: Stored<PersistentVolumeClaim>[] = [object("data", { spec: {}, status: { phase: "Pending" } })];
  const warnings = [
    warning("data", "ProvisioningFailed", "later", "2026-01-01T00:30:00Z"),
    warning("data", "ProvisioningFailed", "earlier"),
  ];
  expect(found({ claims, warnings })[0]?.detail).toBe("later");
});
