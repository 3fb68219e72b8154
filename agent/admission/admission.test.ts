import { describe, expect, it, test } from "vitest";
import type { Pod, PodSpec } from "../../api/generated/core.v1.ts";
import { requestingPod as pod } from "../../test/fakes/node/requesting-pod.ts";
import { Admission } from "./admission.ts";
import { type AdmittingNode, checkPod, whyNoAppArmor } from "./predicates.ts";

const node: AdmittingNode = {
  os: "linux",
  name: "n",
  labels: { zone: "a" },
  taints: [],
  allocatable: { cpu: "2", memory: "1Gi", pods: "110" },
  maxPods: 3,
  appArmor: false,
  strictGroups: false,
};

const CRITICAL = 2_000_001_000;

describe("a pod that is assigned to the node", () => {
  test("may request an extended resource that a ResourceClaim provides", () => {
    const of = "deviceclass.resource.kubernetes.io/gpu";
    const asking = pod("p", { spec: { containers: [{ name: "c", resources: { requests: { [of]: "1" } } }] } });
    expect(checkPod(asking, node, []).refusal?.reason).toBe(`OutOf${of}`);
    const requestMappings = [{ containerName: "c", resourceName: of, requestName: "r" }];
    const claimed = { ...asking, status: { extendedResourceClaimStatus: { resourceClaimName: "x", requestMappings } } };
    expect(checkPod(claimed, node, []).refusal).toBeUndefined();
  });

  const noExecute = { key: "gone", value: "", effect: "NoExecute" };
  it.each<[string, Pod, Partial<AdmittingNode>, Pod[], string]>([
    [
      "requests more than is left",
      pod("p", { cpu: "1500m" }),
      {},
      [pod("q", { cpu: "1" })],
      "OutOfcpu: Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
    ],
    [
      "requests huge pages of a size that the machine lacks",
      pod("p", { spec: { containers: [{ name: "c", resources: { requests: { "hugepages-1Mi": "4Mi" } } }] } }),
      {},
      [],
      "OutOfhugepages-1Mi: Node didn't have enough resource: hugepages-1Mi, requested: 4194304, used: 0, capacity: 0",
    ],
    [
      "exceeds the pod limit by one",
      pod("p"),
      {},
      [pod("a"), pod("b"), pod("c")],
      "OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
    ],
    [
      "exceeds the pod limit by two",
      pod("p"),
      { maxPods: 1 },
      [pod("a"), pod("b")],
      "OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 2, capacity: 1",
    ],
    [
      "is for another operating system",
      pod("p", { spec: { os: { name: "windows" } } }),
      {},
      [],
      "PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS",
    ],
    [
      "selects other node labels",
      pod("p", { spec: { nodeSelector: { zone: "b" } } }),
      {},
      [],
      "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    ],
    [
      "does not tolerate a NoExecute taint",
      pod("p"),
      { taints: [noExecute] },
      [],
      "TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    ],
    [
      "is labelled for another operating system",
      { ...pod("p"), metadata: { ...pod("p").metadata, labels: { "kubernetes.io/os": "windows" } } },
      {},
      [],
      "PodOSSelectorNodeLabelDoesNotMatch: Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    ],
  ])("is refused if it %s", (_, requested, change, others, reported) => {
    const { refusal } = checkPod(requested, { ...node, ...change }, others);
    expect(`${refusal?.reason}: ${refusal?.message}`).toBe(reported);
  });

  it("is admitted if it fits exactly, or requests an extended resource that the node does not know", () => {
    const fits = (requested: Pod, ...others: Pod[]) => checkPod(requested, node, others).refusal;
    expect(fits(pod("p", { cpu: "1", memory: "1Gi" }), pod("q", { cpu: "1" }), pod("r"))).toBeUndefined();
    const asking = (requests: Record<string, string>) =>
      pod("p", { spec: { os: { name: "linux" }, containers: [{ name: "c", resources: { requests } }] } });
    expect(fits(asking({ "example.com/gone": "1" }))).toBeUndefined();
    expect(fits(asking({ "hugepages-1Mi": "0" }))).toBeUndefined();
  });

  it("reports how much of each requested resource is lacking, if nothing else is wrong", () => {
    const { lacks } = checkPod(pod("p", { cpu: "1500m" }), { ...node, maxPods: 1 }, [pod("q", { cpu: "1" }), pod("r")]);
    expect(lacks.map(({ resource, nanos }) => [resource, nanos])).toEqual([
      ["pods", 2_000_000_000n],
      ["cpu", 500_000_000n],
    ]);
    const elsewhere = pod("p", { cpu: "9", spec: { nodeSelector: { zone: "b" } } });
    expect(checkPod(elsewhere, node, []).lacks).toEqual([]);
  });

  type Port = NonNullable<PodSpec["containers"][number]["ports"]>[number];
  const withPort = (port: Partial<Port>): Partial<PodSpec> => ({
    containers: [{ name: "c", ports: [{ containerPort: 80, ...port }] }],
  });
  const sidecar = (port: Partial<Port>, restartPolicy?: string): Partial<PodSpec> => ({
    initContainers: [
      { name: "s", ports: [{ containerPort: 80, ...port }], ...(restartPolicy === undefined ? {} : { restartPolicy }) },
    ],
  });
  it.each<[string, Partial<PodSpec>, Partial<PodSpec>, boolean]>([
    ["of the same number", withPort({ hostPort: 80 }), withPort({ hostPort: 80, protocol: "TCP" }), false],
    ["of different numbers", withPort({ hostPort: 80 }), withPort({ hostPort: 81 }), true],
    ["of different protocols", withPort({ hostPort: 80 }), withPort({ hostPort: 80, protocol: "UDP" }), true],
    [
      "of different addresses",
      withPort({ hostPort: 80, hostIP: "1.1.1.1" }),
      withPort({ hostPort: 80, hostIP: "2.2.2.2" }),
      true,
    ],
    [
      "of the same address",
      withPort({ hostPort: 80, hostIP: "1.1.1.1" }),
      withPort({ hostPort: 80, hostIP: "1.1.1.1" }),
      false,
    ],
    [
      "of all addresses, with its own of one",
      withPort({ hostPort: 80, hostIP: "" }),
      withPort({ hostPort: 80, hostIP: "2.2.2.2" }),
      false,
    ],
    [
      "of one address, with its own of all",
      withPort({ hostPort: 80, hostIP: "2.2.2.2" }),
      withPort({ hostPort: 80, hostIP: "0.0.0.0" }),
      false,
    ],
    ["that are not host ports", withPort({}), withPort({ hostPort: 0 }), true],
    ["of a sidecar", sidecar({ hostPort: 80 }, "Always"), withPort({ hostPort: 80 }), false],
    ["of an init container, which has completed by then", sidecar({ hostPort: 80 }), withPort({ hostPort: 80 }), true],
  ])("is checked against another pod's host ports %s: %#", (_, mine, theirs, fit) => {
    const { refusal } = checkPod(pod("p", { spec: mine }), node, [pod("q", { spec: theirs })]);
    const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
    expect(refusal).toEqual(fit ? undefined : { reason: "NodePorts", message });
  });

  it.each<[boolean, Partial<PodSpec>]>([
    [false, {}],
    [false, { securityContext: { appArmorProfile: { type: "Unconfined" } } }],
    [true, { securityContext: { appArmorProfile: { type: "RuntimeDefault" } } }],
    [true, { initContainers: [{ name: "i", securityContext: { appArmorProfile: { type: "Localhost" } } }] }],
  ])("needs AppArmor: %s, with %j", (needs, spec) => {
    expect(whyNoAppArmor(pod("p", { spec }), { appArmor: true })).toBeUndefined();
    expect(whyNoAppArmor(pod("p", { spec }), { appArmor: false })?.reason).toBe(needs ? "AppArmor" : undefined);
  });

  it("AGENT-GROUPS: is refused if it has a Strict supplementalGroupsPolicy that the runtime does not support", () => {
    const strict = pod("p", { spec: { securityContext: { supplementalGroupsPolicy: "Strict" } } });
    expect(checkPod(strict, node, []).refusal).toEqual({
      reason: "SupplementalGroupsPolicyNotSupported",
      message: "SupplementalGroupsPolicy=Strict is not supported in this node",
    });
    expect(checkPod(strict, { ...node, strictGroups: true }, []).refusal).toBeUndefined();
  });

  it("is admitted despite a NoSchedule taint, and is not checked again after it has been admitted", () => {
    expect(
      checkPod(pod("p"), { ...node, taints: [{ ...noExecute, effect: "NoSchedule" }] }, []).refusal,
    ).toBeUndefined();
    const started = { ...pod("p"), status: { startTime: "2026-01-01T00:00:00Z" } };
    expect(checkPod(started, { ...node, taints: [noExecute] }, []).refusal).toBeUndefined();
  });
});

describe("admission", () => {
  const gone: string[] = [];
  let shuttingDown = false;
  const admissionOf = (pods: Pod[], setAside: () => Promise<void> = async () => {}) => {
    const admitted: Pod[] = [];
    const running = [...pods];
    const others = (uid: string) => [...running, ...admitted].filter(({ metadata }) => metadata.uid !== uid);
    const admission = new Admission({
      node: () => node,
      pressures: () => new Set(),
      isShuttingDown: () => shuttingDown,
      devices: { setAside, free: () => {} },
      others,
      preempt: async (one) => {
        gone.push(one.metadata.name ?? "");
        running.splice(running.indexOf(one), 1);
      },
    });
    return (one: Pod) => admission.decide(one, () => admitted.push(one));
  };

  test("AGENT-SHUTDOWN: no pod is admitted while the machine shuts down", async () => {
    shuttingDown = true;
    const refusal = await admissionOf([])(pod("a", { priority: CRITICAL }));
    shuttingDown = false;
    expect(refusal).toEqual({ reason: "NodeShutdown", message: "Pod was rejected as the node is shutting down." });
  });

  test("AGENT-ADMIT: only the first of two concurrent pods is admitted if they do not fit together", async () => {
    const decide = admissionOf([]);
    const both = await Promise.all([decide(pod("a", { cpu: "1500m" })), decide(pod("b", { cpu: "1500m" }))]);
    expect(both.map((refusal) => refusal?.reason)).toEqual([undefined, "OutOfcpu"]);
  });

  test("AGENT-ADMIT: a critical pod preempts others and is admitted", async () => {
    const decide = admissionOf([pod("a", { cpu: "1" }), pod("b", { cpu: "1" })]);
    expect(await decide(pod("p", { cpu: "1", priority: CRITICAL }))).toBeUndefined();
    expect(gone).toEqual(["a"]);
    expect(await decide(pod("q", { cpu: "9", priority: CRITICAL }))).toEqual({
      reason: "UnexpectedAdmissionError",
      message:
        "Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: [(res: cpu, q: 8000), ]",
    });
  });

  test("AGENT-DEVICES-SET: a pod that requests unavailable devices is refused", async () => {
    const decide = admissionOf([], () => Promise.reject(new Error("none left")));
    expect(await decide(pod("p"))).toEqual({
      reason: "UnexpectedAdmissionError",
      message: "Allocate failed due to none left, which is unexpected",
    });
  });
});
