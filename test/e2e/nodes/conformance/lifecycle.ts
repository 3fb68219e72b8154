/** How pods begin, end, fail and are deleted, and what their status says. */
import { expect, vi } from "vitest";
import type { Container, Pod } from "../../../../api/generated/core.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { conditionOf, hasEnded, isReady, isRunning, restartsOf, script, type TestNamespace } from "./test-namespace.ts";

const SLEEP = script("sleep 100000");

/** Fails at its first start, succeeds at its second, and runs on at its third. */
const COUNTS = script(`echo hello >> /count/f; n=$(wc -l < /count/f)
[ $n -eq 1 ] && exit 1
[ $n -eq 2 ] && exit 0
while true; do sleep 1; done`);

const memory = { name: "count", emptyDir: { medium: "Memory" } };

async function restarts(ns: TestNamespace, restartPolicy: "Always" | "OnFailure" | "Never") {
  const name = restartPolicy.toLowerCase();
  const volumeMounts = [{ name: "count", mountPath: "/count" }];
  await ns.createPod({ name, restartPolicy, containers: [{ ...COUNTS, volumeMounts }], volumes: [memory] });
  const expected = { Always: [2, "Running"], OnFailure: [1, "Succeeded"], Never: [0, "Failed"] }[restartPolicy];
  const pod = await ns.until("pods", name, (each) =>
    expect.objectContaining({ 0: restartsOf(each), 1: each.status.phase }).asymmetricMatch(expected),
  );
  const [status] = pod.status.containerStatuses ?? [];
  expect(isReady(pod)).toBe(restartPolicy === "Always");
  expect(Object.keys(status?.state ?? {})).toEqual([restartPolicy === "Always" ? "running" : "terminated"]);
  await ns.delete("pods", name);
  await ns.untilGone("pods", name);
}

async function terminationMessage(ns: TestNamespace, name: string, container: Partial<Container>) {
  await ns.createPod({ name, containers: [container] });
  const { status } = await ns.until("pods", name, hasEnded);
  return [status.phase, status.containerStatuses?.[0]?.state?.terminated?.message ?? ""];
}

const INIT_FAILS = [
  { name: "init1", command: ["/bin/false"] },
  { name: "init2", command: ["/bin/true"] },
];

export const lifecycle: readonly Behaviour[] = [
  behaviour("Container Runtime, Restart Policy, Pod Phases", async (ns) => {
    await Promise.all([restarts(ns, "Always"), restarts(ns, "OnFailure"), restarts(ns, "Never")]);
  }),
  {
    names: [
      "Container Runtime, TerminationMessage, from container's log output of failing container",
      "Container Runtime, TerminationMessage, from log output of succeeding container",
      "Container Runtime, TerminationMessage, from file of succeeding container",
      "Container Runtime, TerminationMessagePath, non-root user and non-default path",
    ],
    check: async (ns) => {
      const fallback = { terminationMessagePolicy: "FallbackToLogsOnError" };
      const custom = { terminationMessagePath: "/dev/termination-custom-log", securityContext: { runAsUser: 10000 } };
      const told = await Promise.all([
        terminationMessage(ns, "failing", { ...script("echo -n DONE; false"), ...fallback }),
        terminationMessage(ns, "succeeding", { ...script("echo -n DONE; true"), ...fallback }),
        terminationMessage(ns, "file", { ...script("echo -n OK > /dev/termination-log; echo DONE"), ...fallback }),
        terminationMessage(ns, "custom", { ...script("echo -n DONE > /dev/termination-custom-log"), ...custom }),
      ]);
      expect(told).toEqual([
        ["Failed", "DONE"],
        ["Succeeded", ""],
        ["Succeeded", "OK"],
        ["Succeeded", "DONE"],
      ]);
    },
  },
  behaviour("Kubelet, failed pod, terminated reason", async (ns) => {
    await ns.createPod({ name: "p", containers: [{ command: ["/bin/false"] }] });
    const { status } = await ns.until("pods", "p", hasEnded);
    expect(status.containerStatuses).toHaveLength(1);
    expect(status.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 1, reason: "Error" });
  }),
  behaviour("Kubelet, failed pod, delete", async (ns) => {
    await ns.createPod({ name: "p", restartPolicy: "Always", containers: [{ command: ["/bin/false"] }] });
    expect((await ns.delete("pods", "p")).status).toBe(200);
    await ns.untilGone("pods", "p");
  }),
  behaviour("init-container-starts-app-restartnever-pod", async (ns) => {
    const initContainers = ["init1", "init2"].map((name) => ({ name, command: ["/bin/true"] }));
    await ns.createPod({ name: "p", initContainers, containers: [{ command: ["/bin/true"] }] });
    const pod = await ns.until("pods", "p", hasEnded);
    expect(pod.status.phase).toBe("Succeeded");
    expect(conditionOf(pod, "Initialized")?.status).toBe("True");
    expect(pod.status.initContainerStatuses).toHaveLength(2);
    for (const { ready, state } of pod.status.initContainerStatuses ?? [])
      expect([ready, state?.terminated?.exitCode]).toEqual([true, 0]);
  }),
  behaviour("init-container-fails-stops-app-restartalways-pod", async (ns) => {
    const initContainers = INIT_FAILS;
    await ns.createPod({ name: "p", restartPolicy: "Always", initContainers, containers: [SLEEP] });
    const stop = AbortSignal.timeout(60_000);
    let last: Pod | undefined;
    for await (const { object } of ns.watch("pods", "fieldSelector=metadata.name%3Dp", stop)) {
      last = object;
      const { containerStatuses = [], initContainerStatuses = [] } = object.status;
      for (const { state } of [...containerStatuses, ...initContainerStatuses.slice(1)])
        expect(state?.waiting?.reason).toBe("PodInitializing");
      if ((initContainerStatuses[0]?.restartCount ?? 0) >= 2) break;
    }
    expect(last?.status.phase).toBe("Pending");
    expect(last && conditionOf(last, "Initialized")).toMatchObject({
      status: "False",
      reason: "ContainersNotInitialized",
      message: "containers with incomplete status: [init1 init2]",
    });
  }),
  behaviour("Pods, ActiveDeadlineSeconds", async (ns) => {
    await ns.createPod({ name: "p", restartPolicy: "Always", containers: [SLEEP] });
    await ns.until("pods", "p", isRunning);
    await ns.update<Pod>("pods", "p", (pod) => ({ ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 2 } }));
    const { status } = await ns.until("pods", "p", hasEnded);
    expect([status.phase, status.reason]).toEqual(["Failed", "DeadlineExceeded"]);
  }),
  behaviour("Pods, lifecycle", async (ns) => {
    const labels = { time: "now" };
    expect(await ns.list("pods", "?labelSelector=time%3Dnow")).toEqual([]);
    const stop = AbortSignal.timeout(60_000);
    const seen = (async () => {
      const types: string[] = [];
      for await (const { type, object } of ns.watch("pods", "labelSelector=time%3Dnow", stop)) {
        types.push(type);
        if (type === "DELETED") return { types, last: object };
      }
      throw new Error(`no deletion among ${types}`);
    })();
    await ns.createPod({ name: "p", labels, restartPolicy: "Always", containers: [SLEEP] });
    expect(await ns.list("pods", "?labelSelector=time%3Dnow")).toHaveLength(1);
    await ns.until("pods", "p", isRunning);
    expect((await ns.delete("pods", "p", { gracePeriodSeconds: 30 })).status).toBe(200);
    const { types, last } = await seen;
    expect(types[0]).toBe("ADDED");
    expect(last.metadata.deletionTimestamp).toBeDefined();
    expect(last.spec.terminationGracePeriodSeconds).not.toBe(0);
    expect(await ns.list("pods", "?labelSelector=time%3Dnow")).toEqual([]);
  }),
  behaviour("Pods Generation, updates", async (ns) => {
    const initContainers = [{ name: "init", command: ["/bin/true"] }];
    const created = await ns.createPod({ name: "p", restartPolicy: "Always", initContainers, containers: [SLEEP] });
    expect(created.metadata.generation).toBe(1);
    await ns.until("pods", "p", isRunning);
    const toleration = { key: "foo", operator: "Equal", value: "bar", effect: "NoSchedule" };
    const image = "localhost/greeter:1";
    const steps: readonly [number, (pod: Pod) => object][] = [
      [1, () => ({})],
      [2, ({ spec }) => ({ spec: { ...spec, tolerations: [...(spec.tolerations ?? []), toleration] } })],
      [3, ({ spec }) => ({ spec: { ...spec, activeDeadlineSeconds: 5000 } })],
      [4, ({ spec }) => ({ spec: { ...spec, containers: spec.containers.map((each) => ({ ...each, image })) } })],
      [
        5,
        ({ spec }) => ({ spec: { ...spec, initContainers: spec.initContainers?.map((each) => ({ ...each, image })) } }),
      ],
      [5, ({ metadata }) => ({ metadata: { ...metadata, annotations: { key: "value" } } })],
      [5, ({ metadata }) => ({ metadata: { ...metadata, generation: 1 } })],
    ];
    for (const [generation, change] of steps) {
      await ns.update<Pod>("pods", "p", (pod) => ({ ...pod, ...change(pod) }));
      expect((await ns.get<Pod>("pods", "p")).metadata.generation).toBe(generation);
      await ns.until<Pod>("pods", "p", ({ status }) => status.observedGeneration === generation, 20);
    }
  }),
  behaviour("Pods, another image, whatever the restart policy", async (ns) => {
    await ns.createPod({ name: "p", containers: [SLEEP] });
    await ns.until("pods", "p", isRunning);
    await ns.patch("pods", "p", { spec: { containers: [{ name: "main", image: "localhost/greeter:1" }] } });
    const { status } = await ns.until("pods", "p", (pod) => isRunning(pod) && isReady(pod) && restartsOf(pod) === 1);
    expect(status.containerStatuses?.[0]?.image).toBe("localhost/greeter:1");
  }),
  behaviour("Pods Generation, graceful delete", async (ns) => {
    const { metadata } = await ns.createPod({
      name: "p",
      generation: 100,
      restartPolicy: "Always",
      containers: [script("trap '' TERM; sleep 100000")],
    });
    expect(metadata.generation).toBe(1);
    await ns.until("pods", "p", isRunning);
    expect((await ns.client.call("DELETE", `${ns.path("pods", "p")}?gracePeriodSeconds=3`)).status).toBe(200);
    expect((await ns.get<Pod>("pods", "p")).metadata.generation).toBe(2);
    await ns.untilGone("pods", "p");
  }),
  behaviour("Pods Generation, 500 updates", async (ns) => {
    await ns.createPod({ name: "p", restartPolicy: "Always", activeDeadlineSeconds: 5000, containers: [SLEEP] });
    // Fewer than the suite's: what counts is that they come faster than they are reported.
    for (let i = 1; i < 100; i++) await ns.patch("pods", "p", { spec: { activeDeadlineSeconds: 5000 - i } });
    const pod = await ns.until<Pod>("pods", "p", ({ status }) => status.observedGeneration === 100);
    expect(pod.metadata.generation).toBe(100);
  }),
  {
    names: ["Kubelet, log output, default", "Pods, logs from websockets"],
    check: async (ns) => {
      await ns.createPod({ name: "p", containers: [script("echo container is alive; sleep 10000")] });
      await ns.until("pods", "p", isRunning);
      const since = encodeURIComponent(new Date(Date.now() - 3_600_000).toISOString());
      await vi.waitFor(
        async () => expect(await ns.log("p", undefined, `sinceTime=${since}`)).toBe("container is alive\n"),
        { timeout: 10_000 },
      );
      const socket = ns.client.socket(`${ns.path("pods", "p")}/log?container=main`, "binary.k8s.io");
      const text = await new Promise((resolve, reject) => {
        let said = "";
        socket.on("message", (bytes: Buffer) => {
          said += bytes;
        });
        socket.on("close", () => resolve(said)).on("error", reject);
      });
      expect([text, socket.protocol]).toEqual(["container is alive\n", "binary.k8s.io"]);
    },
  },
  behaviour("Kubectl, logs", async (ns, { kubectl }) => {
    const command = "for i in $(seq 100); do echo line $i of the log; sleep 0.1; done";
    await kubectl([
      "-n",
      ns.name,
      "run",
      "p",
      "--image=localhost/busybox:1",
      "--restart=Never",
      "--",
      "/bin/sh",
      "-c",
      command,
    ]);
    await ns.until("pods", "p", isRunning);
    await vi.waitFor(async () => expect(await ns.log("p")).toContain("line 20"), { timeout: 20_000 });
    const logs = (...options: string[]) => kubectl(["-n", ns.name, "logs", "p", ...options]);
    const [last, byte, stamped, recent, older] = await Promise.all([
      logs("--tail=1"),
      logs("--limit-bytes=1"),
      logs("--tail=1", "--timestamps"),
      logs("--since=1s"),
      logs("--since=24h"),
    ]);
    expect(last).toMatch(/^line \d+ of the log\n$/);
    expect(byte).toBe("l");
    expect(stamped).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) line \d+ of the log\n$/);
    expect(recent?.split("\n").length).toBeLessThan(older?.split("\n").length ?? 0);
  }),
];
