/** Jobs, StatefulSets and DaemonSets by what their pods do on nodes. */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, vi } from "vitest";
import type { Container, Pod, PodSpec } from "../../../../api/generated/core.v1.ts";
import type { ObjectMeta } from "../../../../api/generated/meta.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { isReady, isRunning, script, type TestNamespace } from "./test-namespace.ts";

/** How long something must not happen, in milliseconds. */
const HALT_MS = 2000;
const IMAGE = "localhost/busybox:1";
const INDEX = "batch.kubernetes.io/job-completion-index";

interface Job {
  readonly metadata: ObjectMeta;
  readonly status: {
    readonly succeeded?: number;
    readonly failed?: number;
    readonly completedIndexes?: string;
    readonly failedIndexes?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

interface Replicas {
  readonly metadata: ObjectMeta;
  readonly status: { readonly readyReplicas?: number; readonly replicas?: number };
}

interface JobPlan {
  readonly spec: Record<string, unknown>;
  readonly container: Partial<Container>;
  readonly pod?: Partial<PodSpec>;
}

function createJob(ns: TestNamespace, { spec, container, pod = {} }: JobPlan) {
  const containers = [{ name: "c", image: IMAGE, ...container }];
  return ns.create<Job>("batch/v1/jobs", {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "j" },
    spec: {
      parallelism: 2,
      completions: 4,
      ...spec,
      template: { spec: { restartPolicy: "Never", ...pod, containers } },
    },
  });
}

const untilJob = (ns: TestNamespace, type: "Complete" | "Failed") =>
  ns.until<Job>("batch/v1/jobs", "j", ({ status }) => status.conditions?.some((each) => each.type === type) === true);

const reasonOf = ({ status }: Job, type: string) => status.conditions?.find((each) => each.type === type)?.reason;
const indexed = { completionMode: "Indexed" };
const failOdd = script("[ $(expr $JOB_COMPLETION_INDEX % 2) -eq 0 ]");
const onExitCode = (action: string, ...values: number[]) => ({ action, onExitCodes: { operator: "In", values } });
const onDisruption = { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] };

const jobs: readonly Behaviour[] = [
  behaviour("Ensure Pods of an Indexed Job get a unique index.", async (ns) => {
    await createJob(ns, { spec: indexed, container: script("echo index $JOB_COMPLETION_INDEX") });
    const { status } = await untilJob(ns, "Complete");
    expect([status.succeeded, status.completedIndexes]).toEqual([4, "0-3"]);
    const pods = await ns.list<Pod>("pods", "?labelSelector=job-name%3Dj");
    const said = await Promise.all(
      pods.map(async ({ metadata }) => [metadata.annotations?.[INDEX], await ns.log(metadata.name ?? "")]),
    );
    expect(said.toSorted()).toEqual([0, 1, 2, 3].map((i) => [String(i), `index ${i}\n`]));
  }),
  behaviour(
    "Ensure pod failure policy allows to ignore failure matching on the DisruptionTarget condition",
    async (ns, { first, directory }) => {
      const path = join(directory, ns.name);
      const text =
        "if [ -r /data/foo ]; then exit 0; elif [ $JOB_COMPLETION_INDEX -eq 0 ]; then touch /data/foo; sleep 1000000; else exit 1; fi";
      await createJob(ns, {
        spec: { ...indexed, backoffLimit: 0, podFailurePolicy: { rules: [onExitCode("Ignore", 1), onDisruption] } },
        container: {
          ...script(text),
          securityContext: { privileged: true },
          volumeMounts: [{ name: "data", mountPath: "/data" }],
        },
        pod: {
          terminationGracePeriodSeconds: 1,
          nodeSelector: { "kubernetes.io/hostname": first },
          volumes: [{ name: "data", hostPath: { path, type: "DirectoryOrCreate" } }],
        },
      });
      await ns.until<Job>("batch/v1/jobs", "j", ({ status }) => status.succeeded === 3);
      const running = () => ns.list<Pod>("pods", "?fieldSelector=status.phase%3DRunning");
      await vi.waitFor(async () => expect(await running()).toHaveLength(1), { timeout: 10_000 });
      const name = (await running())[0]?.metadata.name ?? "";
      const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: ns.name } };
      const { status } = await ns.client.call("POST", ns.path("pods", `${name}/eviction`), { body: eviction });
      expect(status).toBe(201);
      await ns.untilGone("pods", name);
      const done = await untilJob(ns, "Complete");
      expect([done.status.succeeded, done.status.failed ?? 0]).toEqual([4, 0]);
    },
  ),
  behaviour(
    "Ensure that all indexes are executed for an indexed job with backoffLimitPerIndex despite some failing",
    async (ns) => {
      await createJob(ns, { spec: { ...indexed, backoffLimitPerIndex: 1 }, container: failOdd });
      const job = await untilJob(ns, "Failed");
      const { succeeded, failed, completedIndexes, failedIndexes } = job.status;
      expect([succeeded, failed, completedIndexes, failedIndexes, reasonOf(job, "Failed")]).toEqual([
        2,
        4,
        "0,2",
        "1,3",
        "FailedIndexes",
      ]);
    },
  ),
  behaviour("Ensure that job with successPolicy succeeded when all indexes succeeded", async (ns) => {
    const successPolicy = { rules: [{ succeededIndexes: "0-3" }] };
    await createJob(ns, { spec: { ...indexed, successPolicy }, container: script("true") });
    const job = await untilJob(ns, "Complete");
    expect([reasonOf(job, "SuccessCriteriaMet"), job.status.completedIndexes]).toEqual(["SuccessPolicy", "0-3"]);
  }),
  behaviour("Jobs, completion after task failure", async (ns) => {
    await createJob(ns, {
      spec: {},
      container: {
        ...script("[ -r /data/foo ] && exit 0; touch /data/foo; exit 1"),
        volumeMounts: [{ name: "data", mountPath: "/data" }],
      },
      pod: { restartPolicy: "OnFailure", volumes: [{ name: "data", emptyDir: {} }] },
    });
    expect((await untilJob(ns, "Complete")).status.succeeded).toBe(4);
  }),
  behaviour("Mark indexes as failed when the FailIndex action is matched in podFailurePolicy", async (ns) => {
    const podFailurePolicy = { rules: [onExitCode("FailIndex", 1)] };
    await createJob(ns, {
      spec: { ...indexed, completions: 2, backoffLimitPerIndex: 1, podFailurePolicy },
      container: failOdd,
    });
    const { failed, failedIndexes, completedIndexes } = (await untilJob(ns, "Failed")).status;
    expect([failed, failedIndexes, completedIndexes]).toEqual([1, "1", "0"]);
  }),
  behaviour("Terminate job execution when the maxFailedIndexes is exceeded", async (ns) => {
    await createJob(ns, {
      spec: { ...indexed, completions: 10, backoffLimitPerIndex: 0, maxFailedIndexes: 0 },
      container: script("exit 1"),
    });
    const job = await untilJob(ns, "Failed");
    expect([reasonOf(job, "Failed"), job.status.completedIndexes ?? ""]).toEqual(["MaxFailedIndexesExceeded", ""]);
    expect(job.status.failed).toBeLessThan(10);
  }),
  behaviour("Verify Pod Failure policy allows to fail job early on exit code.", async (ns) => {
    await createJob(ns, {
      spec: { podFailurePolicy: { rules: [onExitCode("FailJob", 1)] } },
      container: script("exit 1"),
    });
    expect(reasonOf(await untilJob(ns, "Failed"), "Failed")).toBe("PodFailurePolicy");
  }),
];

const SETS = "apps/v1/statefulsets";
const readiness = {
  httpGet: { path: "/index.html", port: 80 },
  periodSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
};
const SERVER = "mkdir -p /www; echo ok > /www/index.html; exec httpd -f -p 80 -h /www";

async function forEach(ns: TestNamespace, command: string) {
  const pods = await ns.list<Pod>("pods", "?labelSelector=app%3Dss");
  await Promise.all(pods.map(({ metadata }) => ns.exec(metadata.name ?? "", command)));
}
const breaks = (ns: TestNamespace) => forEach(ns, "mv /www/index.html /tmp/");
const mends = (ns: TestNamespace) => forEach(ns, "[ -e /www/index.html ] || mv /tmp/index.html /www/");
const untilReady = (ns: TestNamespace, count: number) =>
  ns.until<Replicas>(SETS, "ss", ({ status }) => (status.readyReplicas ?? 0) === count);
const scale = (ns: TestNamespace, replicas: number) => ns.patch(SETS, "ss", { spec: { replicas } });

/** Names of pods in the order in which they appeared or were deleted. */
async function order(ns: TestNamespace, type: "ADDED" | "DELETED"): Promise<string[]> {
  const seen: string[] = [];
  const names = new Set<string>();
  for await (const event of ns.watch<Pod>("pods", "labelSelector=app%3Dss", AbortSignal.timeout(90_000))) {
    if (event.type !== type) continue;
    const { name = "" } = event.object.metadata;
    if (!names.has(name)) seen.push(name);
    names.add(name);
    if (seen.length === 3) break;
  }
  return seen;
}

/** Checks that for a while no pods appear or disappear. */
async function halts(ns: TestNamespace, count: number) {
  await sleep(HALT_MS);
  expect(await ns.list("pods", "?labelSelector=app%3Dss")).toHaveLength(count);
}

export const workloads: readonly Behaviour[] = [
  ...jobs,
  behaviour("StatefulSet, Scaling", async (ns) => {
    const up = order(ns, "ADDED");
    const container = { name: "web", image: IMAGE, ...script(SERVER), readinessProbe: readiness };
    await ns.create<Replicas>(SETS, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "ss" },
      spec: {
        serviceName: "test",
        replicas: 1,
        selector: { matchLabels: { app: "ss" } },
        template: {
          metadata: { labels: { app: "ss" } },
          spec: { terminationGracePeriodSeconds: 0, containers: [container] },
        },
      },
    });
    await untilReady(ns, 1);
    await breaks(ns);
    await untilReady(ns, 0);
    await scale(ns, 3);
    await halts(ns, 1);
    await mends(ns);
    await untilReady(ns, 3);
    expect(await up).toEqual(["ss-0", "ss-1", "ss-2"]);
    const down = order(ns, "DELETED");
    await breaks(ns);
    await untilReady(ns, 0);
    await scale(ns, 0);
    await halts(ns, 3);
    await mends(ns);
    expect(await down).toEqual(["ss-2", "ss-1", "ss-0"]);
  }),
  behaviour("DaemonSet-Rollback", async (ns) => {
    const template = (image: string) => ({
      metadata: { labels: { app: "ds" } },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "app", image, ...script("sleep 100000") }] },
    });
    const sets = "apps/v1/daemonsets";
    await ns.create(sets, {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "ds" },
      spec: {
        selector: { matchLabels: { app: "ds" } },
        updateStrategy: { type: "RollingUpdate" },
        template: template(IMAGE),
      },
    });
    const pods = () => ns.list<Pod>("pods", "?labelSelector=app%3Dds");
    const available = () =>
      pods().then((all) =>
        all.filter((pod) => isRunning(pod) && isReady(pod)).map(({ metadata }) => metadata.uid ?? ""),
      );
    await vi.waitFor(async () => expect(await available()).toHaveLength(2), { timeout: 30_000 });
    const before = await available();
    await ns.patch(sets, "ds", { spec: { template: template("localhost/nobody-made-this:1") } });
    const isBad = ({ spec }: Pod) => spec.containers[0]?.image !== IMAGE;
    await vi.waitFor(async () => expect((await pods()).some(isBad)).toBe(true), { timeout: 30_000 });
    const alive = (await pods())
      .filter((pod) => !isBad(pod) && pod.metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.uid);
    expect(alive).toHaveLength(1);
    await ns.patch(sets, "ds", { spec: { template: template(IMAGE) } });
    await vi.waitFor(async () => expect(await available()).toHaveLength(2), { timeout: 30_000 });
    const after = await pods();
    expect(after.map(({ metadata }) => metadata.uid)).toEqual(expect.arrayContaining(alive));
    expect(after.some(isBad)).toBe(false);
    for (const { metadata, status } of after)
      if (before.includes(metadata.uid ?? "")) expect(status.containerStatuses?.[0]?.restartCount).toBe(0);
  }),
];
