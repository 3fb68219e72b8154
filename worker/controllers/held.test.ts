import { describe, expect, it } from "vitest";
import type { Job } from "../../api/generated/batch.v1.ts";
import type { Pod, Service } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { podSecretNames } from "../../api/resources/core/pod/secret-names.ts";
import { nodeOf } from "./daemonset/daemon-pod.ts";
import { targetPort } from "./endpoints/service-pods.ts";
import { heldOf } from "./held.ts";
import { endOf } from "./job/job-pods.ts";
import { verdictOf } from "./job/pod-failure-policy.ts";
import { isReady } from "./pod/pod-state.ts";
import { inScopes, podUsage } from "./quota/pod-usage.ts";

const pod = (spec: Partial<Pod["spec"]> = {}, status: Pod["status"] = {}): Stored<Pod> => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns", uid: "u", resourceVersion: "1", creationTimestamp: "2024-01-01T00:00:00Z" },
  spec: {
    containers: [
      {
        name: "c",
        image: "i",
        env: [{ name: "A", value: "b" }],
        ports: [{ name: "http", containerPort: 80, protocol: "TCP" }],
        resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } },
        volumeMounts: [{ name: "v", mountPath: "/v" }],
      },
    ],
    ...spec,
  },
  status,
});
const held = (object: Stored<Pod>) => heldOf("pods", object) as Stored<Pod>;

const far = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } };
const near = (node: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }],
    },
  },
});
const abroad = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", namespaces: ["other"] }],
  },
};
const failing: Job["spec"]["podFailurePolicy"] = {
  rules: [
    { action: "FailJob", onExitCodes: { operator: "In", values: [3] } },
    { action: "Ignore", onPodConditions: [{ type: "ContainersReady", status: "False" }] },
  ],
};
const job = { metadata: { name: "j" }, spec: { podFailurePolicy: failing }, status: {} } as Job;
const ended = (exitCode: number) => ({ terminated: { exitCode, finishedAt: "2024-01-01T00:01:00Z" } });

/** What controllers ask about a pod. */
const requested: Record<string, (pod: Stored<Pod>) => unknown> = {
  "its quota usage": podUsage,
  "whether it is BestEffort": (each) => inScopes(each, { scopes: ["BestEffort"] }),
  "whether its affinity crosses namespaces": (each) => inScopes(each, { scopes: ["CrossNamespacePodAffinity"] }),
  "its node": nodeOf,
  "the number of a named port": (each) =>
    targetPort({ port: 1, targetPort: "http" } as NonNullable<Service["spec"]["ports"]>[0], each),
  "whether it is ready": isReady,
  "when it ended": endOf,
  "the action of a pod failure policy": (each) => verdictOf(job, each),
  "its addresses": ({ status }) => status.podIPs?.map(({ ip }) => ip) ?? (status.podIP ? [status.podIP] : []),
  "the claims that it uses": ({ spec }) =>
    (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []),
  "the claims that are made for it": ({ spec }) =>
    (spec.volumes ?? []).flatMap(({ name, ephemeral }) => (ephemeral ? [name] : [])),
  "the secrets that it names": podSecretNames,
  "its name and its annotations": ({ metadata }) => [metadata.name, metadata.annotations?.["example.com/a"]],
};
const pods: Record<string, Stored<Pod>> = {
  plain: pod(),
  annotated: { ...pod(), metadata: { ...pod().metadata, annotations: { "example.com/a": "b" } } },
  "with containers that start first": pod({
    initContainers: [
      { name: "first", image: "i", resources: { requests: { cpu: "5" } } },
      { name: "sidecar", image: "i", restartPolicy: "Always", resources: { requests: { cpu: "3" } } },
    ],
  }),
  "with secrets": pod({ imagePullSecrets: [{ name: "s" }], volumes: [{ name: "v", secret: { secretName: "t" } }] }),
  "bound, ready": pod(
    { nodeName: "n1", affinity: { ...near("n1"), ...far } },
    {
      phase: "Running",
      podIP: "10.0.0.1",
      podIPs: [{ ip: "10.0.0.1" }],
      conditions: [
        { type: "Initialized", status: "True" },
        { type: "Ready", status: "True", lastTransitionTime: "2024-01-01T00:00:02Z" },
      ],
      containerStatuses: [{ name: "c", ready: true, restartCount: 0, image: "i", imageID: "i" }],
    },
  ),
  "of two families": pod({ nodeName: "n1" }, { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] }),
  "a daemon's, not bound yet": pod({ affinity: near("n2") }),
  "with friends abroad": pod({ nodeName: "n1", affinity: abroad }),
  "with a claim": pod({
    volumes: [
      { name: "v", persistentVolumeClaim: { claimName: "c" } },
      { name: "e", emptyDir: {} },
      { name: "own", ephemeral: {} },
    ],
  }),
  "being resized": pod(
    { nodeName: "n1" },
    {
      containerStatuses: [
        {
          name: "c",
          ready: true,
          restartCount: 0,
          image: "i",
          imageID: "i",
          resources: { requests: { cpu: "2" } },
          allocatedResources: { cpu: "2" },
        },
      ],
    },
  ),
  "being resized as a whole": pod(
    { nodeName: "n1", resources: { requests: { cpu: "1" } } },
    { resources: { requests: { cpu: "3" } }, allocatedResources: { cpu: "2" } },
  ),
  "failed by its exit code": pod(
    { nodeName: "n1" },
    {
      phase: "Failed",
      containerStatuses: [{ name: "c", ready: false, restartCount: 0, image: "i", imageID: "i", state: ended(3) }],
    },
  ),
  "failed with a condition": pod({}, { phase: "Failed", conditions: [{ type: "ContainersReady", status: "False" }] }),
};

describe("the reduced pod in a snapshot", () => {
  it.each(Object.keys(requested))("gives the same answers as the full pod: %s", (question) => {
    for (const each of Object.values(pods))
      expect(requested[question]?.(held(each))).toEqual(requested[question]?.(each));
  });

  it("omits fields that no controller reads", () => {
    const text = JSON.stringify(Object.values(pods).map(held));
    for (const unread of ["env", "volumeMounts", "image", "emptyDir", "Initialized"])
      expect(text).not.toContain(`"${unread}"`);
  });
});

it("a snapshot contains data only of those secrets and config maps that controllers use", () => {
  const object = (kind: string, name: string, type?: string) =>
    ({
      kind,
      apiVersion: "v1",
      metadata: { name },
      data: { a: "b" },
      ...(type && { type }),
    }) as unknown as Stored<KubeObject>;
  const content = (resource: string, each: Stored<KubeObject>) => "data" in heldOf(resource, each);
  expect(content("secrets", object("Secret", "s", "Opaque"))).toBe(false);
  expect(content("secrets", object("Secret", "s", "kubernetes.io/service-account-token"))).toBe(true);
  expect(content("configmaps", object("ConfigMap", "c"))).toBe(false);
  expect(content("configmaps", object("ConfigMap", "kube-root-ca.crt"))).toBe(true);
});
