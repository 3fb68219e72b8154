import { describe, expect, it } from "vitest";
import type { ContainerStatus, Pod } from "../../generated/core.v1.ts";
import type { ResourceDefinition } from "../resource.ts";
import { pod as resource } from "./pod.ts";

const kind = resource as unknown as ResourceDefinition<Pod>;
const NOW = Date.parse("2026-01-01T01:00:00Z");

function podOf(part: { spec?: Partial<Pod["spec"]>; status?: Pod["status"]; metadata?: Pod["metadata"] } = {}): Pod {
  const draft: Pod = {
    metadata: { name: "p", namespace: "n", creationTimestamp: "2026-01-01T00:00:00Z", ...part.metadata },
    spec: { containers: [{ name: "c", image: "i:1" }], ...part.spec },
    status: part.status ?? {},
  };
  kind.defaults?.(draft);
  return draft;
}

const cell = (pod: Pod, name: string) => kind.columns?.find((column) => column.name === name)?.of(pod, NOW);
const waiting = (reason: string): ContainerStatus => status({ state: { waiting: { reason } } });
const status = (part: Partial<ContainerStatus>): ContainerStatus => ({
  name: "c",
  ready: false,
  restartCount: 0,
  image: "",
  imageID: "",
  ...part,
});

it("a negative grace is one second, whenever a pod is written", () => {
  expect(podOf({ spec: { containers: [], terminationGracePeriodSeconds: -1 } }).spec).toMatchObject({
    terminationGracePeriodSeconds: 1,
  });
});

describe("a new pod", () => {
  it("is Pending, of a class of service", () => {
    const draft = podOf({
      spec: { containers: [{ name: "c", image: "i", resources: { limits: { cpu: "1", memory: "1Gi" } } }] },
    });
    kind.prepareCreate?.(draft);
    expect(draft.spec.containers[0]?.resources?.requests).toEqual({ cpu: "1", memory: "1Gi" });
    expect(draft.status).toEqual({ phase: "Pending", qosClass: "Guaranteed" });
  });

  it("has AppArmor's annotations as fields, and its client told", () => {
    const key = "container.apparmor.security.beta.kubernetes.io/";
    const draft = podOf({
      metadata: { annotations: { [`${key}c`]: "localhost/x", [`${key}d`]: "unconfined", [`${key}e`]: "odd" } },
      spec: {
        securityContext: { appArmorProfile: { type: "Unconfined" } },
        containers: ["c", "d", "e"].map((name) => ({ name, image: "i" })),
      },
    });
    const warnings: string[] = [];
    kind.prepareCreate?.(draft, warnings);
    expect(draft.spec.containers.map(({ securityContext }) => securityContext?.appArmorProfile)).toEqual([
      { type: "Localhost", localhostProfile: "x" },
      undefined,
      undefined,
    ]);
    expect(warnings).toEqual(
      ["c", "e"].map(
        (name) =>
          `metadata.annotations[${key}${name}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
      ),
    );
    expect(kind.warnings?.(draft)).toEqual([]);
  });

  it("behind gates says that scheduling waits, and may not name its node", () => {
    const draft = podOf({ spec: { schedulingGates: [{ name: "a" }], nodeName: "n" } });
    kind.prepareCreate?.(draft);
    expect(draft.status.conditions).toMatchObject([
      { type: "PodScheduled", status: "False", reason: "SchedulingGated", lastTransitionTime: "2026-01-01T00:00:00Z" },
    ]);
    expect(kind.validateCreate?.(draft)).toMatchObject([{ path: "spec.nodeName" }]);
  });

  it("asks for values of its labels where constraints name keys", () => {
    const labelSelector = { matchLabels: { app: "a" } };
    const constraint = {
      maxSkew: 1,
      topologyKey: "z",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector,
      matchLabelKeys: ["v"],
    };
    const draft = podOf({
      metadata: { name: "p", labels: { v: "1" } },
      spec: { topologySpreadConstraints: [constraint] },
    });
    kind.prepareCreate?.(draft);
    expect(draft.spec.topologySpreadConstraints?.[0]?.labelSelector?.matchExpressions).toEqual([
      { key: "v", operator: "In", values: ["1"] },
    ]);
    expect(kind.validate?.(draft)).toEqual([]);
  });
});

describe("an update of a pod", () => {
  const old = podOf({ spec: { tolerations: [{ key: "a", operator: "Exists" }], activeDeadlineSeconds: 10 } });
  const errorsOf = (change: (next: Pod) => void) => {
    const next = structuredClone(old);
    change(next);
    return kind.validateUpdate?.(next, old).map(({ path, message }) => `${path}: ${message}`.split("\n")[0]);
  };

  it("changes images, adds tolerations and moves the deadline nearer", () => {
    const errors = errorsOf(({ spec }) => {
      spec.containers = [{ ...spec.containers[0], name: "c", image: "i:2" }];
      spec.tolerations = [...(spec.tolerations ?? []), { key: "b", operator: "Exists" }];
      spec.activeDeadlineSeconds = 5;
    });
    expect(errors).toEqual([]);
  });

  it("has the rules of a new one applied to what it may change", () => {
    const errors = errorsOf(({ metadata, spec }) => {
      metadata.annotations = { "controller.kubernetes.io/pod-deletion-cost": "much" };
      spec.tolerations = [...(spec.tolerations ?? []), { key: "b", operator: "Exists", value: "c" }];
    });
    expect(errors).toEqual([
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "much": must be a 32bit integer',
      "spec.tolerations[1].operator: Invalid value: \"c\": value must be empty when `operator` is 'Exists'",
    ]);
  });

  it("changes nothing else, and says what", () => {
    const errors = errorsOf(({ spec }) => {
      spec.schedulerName = "other";
    });
    expect(errors).toEqual([expect.stringMatching(/^spec: Forbidden: pod updates may not change fields other than/)]);
  });

  it("takes no toleration away and no container", () => {
    const withoutTolerations = errorsOf(({ spec }) => {
      delete spec.tolerations;
    });
    expect(withoutTolerations).toEqual([
      "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
    ]);
    const withoutContainers = errorsOf(({ spec }) => {
      spec.containers = [];
    });
    expect(withoutContainers).toEqual(["spec.containers: Forbidden: pod updates may not add or remove containers"]);
  });
});

describe("a resize", () => {
  const old = podOf({
    spec: { containers: [{ name: "c", image: "i:1", resources: { requests: { cpu: "1" } } }] },
    status: { qosClass: "Burstable" },
  });
  const resized = (requests: Record<string, string>) => {
    const next = structuredClone(old);
    next.metadata.labels = { a: "b" };
    next.spec.containers = [{ ...next.spec.containers[0], name: "c", image: "other", resources: { requests } }];
    kind.subresources?.resize?.prepareUpdate?.(next, old);
    return next;
  };

  it("takes amounts only, and counts as a change of the spec", () => {
    const next = resized({ cpu: "2" });
    expect(next.spec.containers[0]).toMatchObject({ image: "i:1", resources: { requests: { cpu: "2" } } });
    expect(next.metadata).toMatchObject({ generation: 1 });
    expect(next.metadata.labels).toBeUndefined();
    expect(kind.subresources?.resize?.validateUpdate?.(next, old)).toEqual([]);
  });

  it.each<[string, (next: typeof old) => void, string[]]>([
    [
      "takes a limit of memory where there was none",
      ({ spec }) =>
        void Object.assign(spec.containers[0] ?? {}, {
          resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } },
        }),
      [],
    ],
    [
      "takes amounts for the pod as a whole, and of its init containers",
      ({ spec }) => {
        spec.resources = { requests: { cpu: "3" } };
        Object.assign(spec.initContainers?.[0] ?? {}, { resources: { requests: { cpu: "2" } } });
      },
      [],
    ],
    [
      "changes nothing else of the pod as a whole",
      ({ spec }) => void Object.assign(spec, { resources: { requests: { cpu: "3" }, claims: [{ name: "a" }] } }),
      [
        "spec.resources.claims: claims may not be set for Resources at pod-level",
        'spec.resources.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty',
        "spec: only cpu and memory resources are mutable at pod-level",
      ],
    ],
    [
      "adds no container",
      ({ spec }) => void spec.containers.push({ name: "d", image: "i" }),
      ["spec.containers: containers may not be added or removed on resize"],
    ],
    [
      "renames no container",
      ({ spec }) => void Object.assign(spec.containers[0] ?? {}, { name: "d" }),
      ["spec.containers[0].name: containers may not be renamed or reordered on resize"],
    ],
    [
      "takes nothing away",
      ({ spec }) => void Object.assign(spec.initContainers?.[0] ?? {}, { resources: {} }),
      ["spec.initContainers[0].resources.requests: resource requests cannot be removed"],
    ],
  ])("%s", (_, change, expected) => {
    const before = structuredClone(old);
    before.spec.initContainers = [{ name: "i", image: "i:1", resources: { requests: { cpu: "1" } } }];
    const next = structuredClone(before);
    change(next);
    kind.subresources?.resize?.prepareUpdate?.(next, before);
    const errors = kind.subresources?.resize?.validateUpdate?.(next, before) ?? [];
    const about = errors.filter(({ message }) => !message.includes("Required value"));
    expect(about.map(({ path, message }) => `${path}: ${message.replace("Forbidden: ", "")}`)).toEqual(expected);
  });

  it("keeps the class of service", () => {
    const errors = kind.subresources?.resize?.validateUpdate?.(resized({}), old);
    expect(errors?.map(({ message }) => message)).toContain(
      'Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    );
  });
});

describe("the columns", () => {
  it.each<[string, Parameters<typeof podOf>[0]]>([
    ["Pending", { status: { phase: "Pending" } }],
    ["CrashLoopBackOff", { status: { phase: "Running", containerStatuses: [waiting("CrashLoopBackOff")] } }],
    ["Evicted", { status: { phase: "Failed", reason: "Evicted" } }],
    [
      "Signal:9",
      {
        status: {
          phase: "Failed",
          containerStatuses: [status({ state: { terminated: { exitCode: 137, signal: 9 } } })],
        },
      },
    ],
    [
      "Terminating",
      { metadata: { name: "p", deletionTimestamp: "2026-01-01T00:00:00Z" }, status: { phase: "Running" } },
    ],
    [
      "Init:0/1",
      {
        spec: { initContainers: [{ name: "i", image: "i" }] },
        status: { initContainerStatuses: [status({ name: "i" })] },
      },
    ],
    [
      "Init:ErrImagePull",
      {
        spec: { initContainers: [{ name: "c", image: "i" }] },
        status: { initContainerStatuses: [waiting("ErrImagePull")] },
      },
    ],
  ])("show %s", (reason, part) => expect(cell(podOf(part), "Status")).toBe(reason));

  it("count ready containers, sidecars with them, and tell of the last restart", () => {
    const ended = { terminated: { exitCode: 1, finishedAt: "2026-01-01T00:55:00Z" } };
    const running = { state: { running: {} }, ready: true };
    const pod = podOf({
      spec: { initContainers: [{ name: "s", image: "i", restartPolicy: "Always" }] },
      status: {
        phase: "Running",
        initContainerStatuses: [status({ ...running, name: "s", started: true })],
        containerStatuses: [status({ ...running, restartCount: 2, lastState: ended })],
      },
    });
    expect([cell(pod, "Ready"), cell(pod, "Restarts"), cell(pod, "Age")]).toEqual(["2/2", "2 (5m ago)", "60m"]);
  });
});

it("ends at once what no node runs, and after its grace what one does", () => {
  const grace = (part: Parameters<typeof podOf>[0], requested?: number) =>
    kind.deletionGraceSeconds?.(podOf(part), requested);
  expect(grace({})).toBe(0);
  expect(grace({ spec: { nodeName: "n" } })).toBe(30);
  expect(grace({ spec: { nodeName: "n" } }, 5)).toBe(5);
  expect(grace({ spec: { nodeName: "n" }, status: { phase: "Succeeded" } })).toBe(0);
});

describe("a pod's status", () => {
  it("keeps the generations that it was observed at, whoever writes it", () => {
    const condition = (type: string, observedGeneration?: number) => ({
      type,
      status: "True",
      ...(observedGeneration ? { observedGeneration } : {}),
    });
    const old = podOf({ status: { observedGeneration: 2, conditions: [condition("A", 1), condition("B", 2)] } });
    const next = podOf({ status: { conditions: [condition("B"), condition("A", 3), condition("A")] } });
    kind.status?.prepareUpdate?.(next, old);
    expect(next.status.observedGeneration).toBe(2);
    expect(next.status.conditions?.map(({ observedGeneration }) => observedGeneration)).toEqual([2, 3, undefined]);
  });

  const ended = { state: { terminated: { exitCode: 1 } } };
  it.each<[string, Parameters<typeof podOf>[0], readonly string[], Parameters<typeof podOf>[0]?]>([
    ["a generation below zero", { status: { observedGeneration: -1 } }, ["status.observedGeneration"]],
    [
      "a condition's generation below zero",
      { status: { conditions: [{ type: "Ready", status: "True", observedGeneration: -1 }] } },
      ["status.conditions[0].observedGeneration"],
    ],
    [
      "a nomination of what is bound",
      { spec: { nodeName: "n" }, status: { nominatedNodeName: "m" } },
      ["status.nominatedNodeName"],
    ],
    [
      "users beyond 32 bits",
      {
        status: {
          containerStatuses: [status({ user: { linux: { uid: -1, gid: 2 ** 31, supplementalGroups: [0, -1] } } })],
        },
      },
      [
        "status.containerStatuses[0].user.linux.uid",
        "status.containerStatuses[0].user.linux.gid",
        "status.containerStatuses[0].user.linux.supplementalGroups[1]",
      ],
    ],
    [
      "a Linux user on Windows",
      {
        spec: { os: { name: "windows" } },
        status: { containerStatuses: [status({ user: { linux: { uid: -1, gid: 0 } } })] },
      },
      ["status.containerStatuses[0].user.linux"],
    ],
    [
      "health of devices that the container has not asked for, with one of them twice",
      {
        status: {
          containerStatuses: [
            status({
              allocatedResourcesStatus: [
                { name: "a.b/gpu", resources: [{ resourceID: "1", health: "Healthy" }] },
                {
                  name: "claim:c",
                  resources: [
                    { resourceID: "1", health: "Ill", message: "" },
                    { resourceID: "1", health: "Unknown", message: "x".repeat(1025) },
                  ],
                },
              ],
            }),
            status({ name: "gone", allocatedResourcesStatus: [{ name: "a.b/gpu" }] }),
          ],
        },
      },
      [
        "status.containerStatuses[0].allocatedResourcesStatus[0].name",
        "status.containerStatuses[0].allocatedResourcesStatus[1].name",
        "status.containerStatuses[0].allocatedResourcesStatus[1].resources[0].health",
        "status.containerStatuses[0].allocatedResourcesStatus[1].resources[0].message",
        "status.containerStatuses[0].allocatedResourcesStatus[1].resources[1].message",
        "status.containerStatuses[0].allocatedResourcesStatus[1].resources[1].resourceID",
      ],
    ],
    [
      "devices of an ephemeral container",
      { status: { ephemeralContainerStatuses: [status({ allocatedResourcesStatus: [{ name: "a" }] })] } },
      ["status.ephemeralContainerStatuses[0].allocatedResourcesStatus"],
    ],
    [
      "addresses of which one is none",
      { status: { hostIP: "1.2.3.4", hostIPs: [{ ip: "1.2.3.4" }, { ip: "x" }] } },
      ["status.hostIPs[1]", "status.hostIPs", "status.hostIPs"],
    ],
    [
      "one that has ended for good and runs again",
      { spec: { restartPolicy: "Never" }, status: { containerStatuses: [status({})] } },
      ["status.containerStatuses[0].state"],
      { spec: { restartPolicy: "Never" }, status: { containerStatuses: [status(ended)] } },
    ],
    [
      "nothing, where the container's rule is to restart by its exit code",
      { spec: { restartPolicy: "Never" }, status: { containerStatuses: [status({})] } },
      [],
      {
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "c",
              restartPolicy: "Never",
              restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [1] } }],
            },
          ],
        },
        status: { containerStatuses: [status(ended)] },
      },
    ],
  ])("refuses %s", (_, next, paths, old = { spec: next?.spec ?? {} }) => {
    const errors = kind.status?.validateUpdate?.(podOf(next), podOf(old)) ?? [];
    expect(errors.map(({ path }) => path)).toEqual(paths);
  });
});
