import { describe, expect, it } from "vitest";
import { podKind, podOf } from "../../../test/fakes/objects/pod-draft.ts";

it("a negative grace period becomes one second, in any write of a pod", () => {
  expect(podOf({ spec: { containers: [], terminationGracePeriodSeconds: -1 } }).spec).toMatchObject({
    terminationGracePeriodSeconds: 1,
  });
});

describe("a new pod", () => {
  it("is Pending and has a QoS class", () => {
    const draft = podOf({
      spec: { containers: [{ name: "c", image: "i", resources: { limits: { cpu: "1", memory: "1Gi" } } }] },
    });
    podKind.prepareCreate?.(draft);
    expect(draft.spec.containers[0]?.resources?.requests).toEqual({ cpu: "1", memory: "1Gi" });
    expect(draft.status).toEqual({ phase: "Pending", qosClass: "Guaranteed" });
  });

  it("requests the sum of its containers' requests, for resources without a pod-level request", () => {
    const draft = podOf({ spec: { resources: { limits: { cpu: "1" } }, containers: [{ name: "c", image: "i" }] } });
    expect(draft.spec.resources?.requests).toEqual({ cpu: "1" });
    // As a limit range does.
    for (const container of draft.spec.containers) container.resources = { requests: { memory: "64Mi" } };
    podKind.prepareCreate?.(draft);
    expect(draft.spec.resources).toEqual({ limits: { cpu: "1" }, requests: { cpu: "1", memory: "64Mi" } });
  });

  it("has only the pod-level limits that it specifies, and for huge pages those of its containers", () => {
    const limits = { cpu: "2", memory: "1Gi", "hugepages-2Mi": "2Mi" };
    const containers = [{ name: "c", image: "i", resources: { limits } }];
    expect(podOf({ spec: { resources: { requests: { cpu: "4" } }, containers } }).spec.resources).toEqual({
      limits: { "hugepages-2Mi": "2Mi" },
      requests: { cpu: "4", memory: "1Gi", "hugepages-2Mi": "2Mi" },
    });
    const small = [{ name: "c", image: "i", resources: { limits: { cpu: "2" } } }];
    expect(podOf({ spec: { resources: { requests: { cpu: "4" } }, containers: small } }).spec.resources).toEqual({
      requests: { cpu: "4" },
    });
  });

  it("keeps a given QoS class, and drops the rest of the status", () => {
    const draft = podOf({
      spec: { containers: [{ name: "c", image: "i" }] },
      status: { qosClass: "Guaranteed", phase: "Running" },
    });
    podKind.prepareCreate?.(draft);
    expect(draft.status).toEqual({ phase: "Pending", qosClass: "Guaranteed" });
  });

  it("gets AppArmor fields from annotations, with a warning", () => {
    const key = "container.apparmor.security.beta.kubernetes.io/";
    const draft = podOf({
      metadata: { annotations: { [`${key}c`]: "localhost/x", [`${key}d`]: "unconfined", [`${key}e`]: "odd" } },
      spec: {
        securityContext: { appArmorProfile: { type: "Unconfined" } },
        containers: ["c", "d", "e"].map((name) => ({ name, image: "i" })),
      },
    });
    const warnings: string[] = [];
    podKind.prepareCreate?.(draft, warnings);
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
    expect(podKind.warnings?.(draft)).toEqual([]);
  });

  it("with scheduling gates has the SchedulingGated condition, and may not name a node", () => {
    const draft = podOf({ spec: { schedulingGates: [{ name: "a" }], nodeName: "n" } });
    podKind.prepareCreate?.(draft);
    expect(draft.status.conditions).toMatchObject([
      { type: "PodScheduled", status: "False", reason: "SchedulingGated", lastTransitionTime: "2026-01-01T00:00:00Z" },
    ]);
    expect(podKind.validateCreate?.(draft)).toMatchObject([{ path: "spec.nodeName" }]);
  });

  it("gets its label values added to constraints with matchLabelKeys", () => {
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
    podKind.prepareCreate?.(draft);
    expect(draft.spec.topologySpreadConstraints?.[0]?.labelSelector?.matchExpressions).toEqual([
      { key: "v", operator: "In", values: ["1"] },
    ]);
    expect(podKind.validate?.(draft)).toEqual([]);
  });
});

it("deletion is immediate for a pod without a node, and takes the grace period otherwise", () => {
  const grace = (part: Parameters<typeof podOf>[0], requested?: number) =>
    podKind.deletionGraceSeconds?.(podOf(part), requested);
  expect(grace({})).toBe(0);
  expect(grace({ spec: { nodeName: "n" } })).toBe(30);
  expect(grace({ spec: { nodeName: "n" } }, 5)).toBe(5);
  expect(grace({ spec: { nodeName: "n" }, status: { phase: "Succeeded" } })).toBe(0);
});

describe("ephemeral containers", () => {
  const { prepareUpdate, validateUpdate } = podKind.subresources?.ephemeralcontainers ?? {};
  const containers = [{ name: "c", image: "i" }];
  const withEphemeral = (ephemeralContainers: object[]) =>
    podOf({ spec: { containers, ephemeralContainers } as never });

  it("lose fields whose feature gate is off", () => {
    const [old, next] = [withEphemeral([]), withEphemeral([{ name: "e", lifecycle: { stopSignal: "SIGTERM" } }])];
    prepareUpdate?.(next, old);
    expect(next.spec.ephemeralContainers?.[0]).not.toHaveProperty("lifecycle");
  });

  it("cannot be changed, even by a second one of the same name", () => {
    const [e, changed] = [
      { name: "e", image: "i" },
      { name: "e", image: "j" },
    ];
    const old = withEphemeral([e]);
    const reported = (next: object[]) =>
      validateUpdate?.(withEphemeral(next), old).some(({ message }) => message.includes('"e" may not be changed'));
    expect([reported([e]), reported([changed]), reported([e, changed]), reported([changed, e])]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
