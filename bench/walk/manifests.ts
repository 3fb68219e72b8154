/** Objects as users write them: small, varied, and few enough that they meet each other. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { podSpec, simulated } from "./pod-template.ts";
import type { Random } from "./random.ts";

type Maker = (random: Random, app: string) => object;

const template = (random: Random, app: string, more: object = {}) => ({
  metadata: {
    labels: { app, team: random.pick(["a", "b"]) },
    annotations: simulated(random, app === "job"),
  },
  spec: { ...podSpec(random), ...more },
});

const selected = (random: Random, app: string, more: object = {}) => ({
  selector: { matchLabels: { app } },
  template: template(random, app, more),
});

const claim = (random: Random) => ({
  accessModes: ["ReadWriteOnce"],
  storageClassName: random.pick(["walk-now", "walk-wait", "walk-static"]),
  resources: { requests: { storage: "1Gi" } },
});

const ROLLING = [
  {},
  { type: "Recreate" },
  { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  { type: "RollingUpdate", rollingUpdate: { maxSurge: "50%", maxUnavailable: "50%" } },
] as const;
const ORDERED = [
  { type: "OnDelete" },
  { type: "RollingUpdate" },
  { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
  { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } },
] as const;
const DAEMONIC = [
  { type: "OnDelete" },
  { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "50%" } },
  { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
] as const;
const HARD = [
  { pods: "12" },
  { pods: "20", "count/jobs.batch": "6" },
  { "requests.cpu": "3" },
  { services: "6", "services.nodeports": "3", configmaps: "12" },
  { persistentvolumeclaims: "6", "count/replicasets.apps": "9" },
  { secrets: "4", "count/gadgets.walk.example.com": "3" },
] as const;

const job: Maker = (random) => ({
  completions: 1 + random.below(5),
  parallelism: 1 + random.below(4),
  backoffLimit: random.pick([0, 2, 6]),
  ...(random.chance(0.4) && {
    completionMode: "Indexed",
    ...(random.chance(0.4) && { backoffLimitPerIndex: 1, maxFailedIndexes: 2 }),
    ...(random.chance(0.3) && { successPolicy: { rules: [{ succeededCount: 1 }] } }),
  }),
  ...(random.chance(0.2) && { podReplacementPolicy: "Failed" }),
  ...(random.chance(0.15) && { suspend: true }),
  ...(random.chance(0.2) && { ttlSecondsAfterFinished: random.pick([0, 5, 20]) }),
  ...(random.chance(0.1) && { activeDeadlineSeconds: 5 + random.below(20) }),
  ...(random.chance(0.15) && {
    podFailurePolicy: {
      rules: [
        { action: random.pick(["Ignore", "Count"]), onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      ],
    },
  }),
  template: template(random, "job", { restartPolicy: "Never" }),
});

/** By resource: the members beside the metadata. */
const MAKERS = {
  "deployments.apps": (random, app) => ({
    spec: {
      replicas: random.below(6),
      minReadySeconds: random.pick([0, 0, 1]),
      revisionHistoryLimit: random.pick([1, 2, 10]),
      progressDeadlineSeconds: 8,
      strategy: random.pick(ROLLING),
      ...selected(random, app),
    },
  }),
  "replicasets.apps": (random, app) => ({ spec: { replicas: random.below(4), ...selected(random, app) } }),
  "statefulsets.apps": (random, app) => ({
    spec: {
      replicas: random.below(4),
      serviceName: app,
      podManagementPolicy: random.pick(["OrderedReady", "OrderedReady", "Parallel"]),
      minReadySeconds: random.pick([0, 0, 1]),
      updateStrategy: random.pick(ORDERED),
      ...(random.chance(0.5) && {
        volumeClaimTemplates: [{ metadata: { name: "v" }, spec: claim(random) }],
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: random.pick(["Delete", "Retain"]),
          whenScaled: random.pick(["Delete", "Retain"]),
        },
      }),
      ...selected(random, app),
    },
  }),
  "daemonsets.apps": (random, app) => ({
    spec: {
      updateStrategy: random.pick(DAEMONIC),
      ...selected(random, app, random.chance(0.6) ? { nodeSelector: { pool: random.pick(["a", "b"]) } } : {}),
    },
  }),
  "jobs.batch": (random, app) => ({ spec: job(random, app) }),
  "cronjobs.batch": (random, app) => ({
    spec: {
      schedule: "* * * * *",
      concurrencyPolicy: random.pick(["Allow", "Forbid", "Replace"]),
      successfulJobsHistoryLimit: random.pick([0, 1, 3]),
      failedJobsHistoryLimit: random.pick([0, 1]),
      jobTemplate: { spec: job(random, app) },
    },
  }),
  services: (random, app) => ({
    spec: {
      ...(random.chance(0.15)
        ? { clusterIP: "None" }
        : { type: random.pick(["ClusterIP", "ClusterIP", "NodePort", "LoadBalancer"]) }),
      publishNotReadyAddresses: random.chance(0.2),
      selector: { app },
      ports: [{ name: "a", port: 80 }, ...(random.chance(0.3) ? [{ name: "b", port: 81, targetPort: 8081 }] : [])],
    },
  }),
  "poddisruptionbudgets.policy": (random, app) => ({
    spec: {
      ...(random.chance(0.5)
        ? { minAvailable: random.pick([1, 2, "50%"]) }
        : { maxUnavailable: random.pick([0, 1, "34%"]) }),
      selector: { matchLabels: { app } },
    },
  }),
  resourcequotas: (random) => ({ spec: { hard: random.pick(HARD) } }),
  limitranges: () => ({ spec: { limits: [{ type: "Container", defaultRequest: { cpu: "60m", memory: "32Mi" } }] } }),
  configmaps: (random) => ({ data: { value: String(random.next()) } }),
  secrets: (random) => ({ stringData: { value: String(random.next()) } }),
  persistentvolumeclaims: (random) => ({ spec: claim(random) }),
  "horizontalpodautoscalers.autoscaling": (random) => {
    const [kind, plural] = random.pick([
      ["Deployment", "deployments"],
      ["Deployment", "deployments"],
      ["StatefulSet", "statefulsets"],
      ["ReplicaSet", "replicasets"],
    ] as const);
    const target = { type: "Utilization", averageUtilization: 50 };
    return {
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind, name: `${plural}-${random.below(3)}` },
        minReplicas: 1 + random.below(3),
        maxReplicas: 3 + random.below(3),
        metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      },
    };
  },
  pods: (random) => ({
    spec: {
      ...podSpec(random),
      restartPolicy: random.pick(["Always", "Never", "OnFailure"]),
      ...(random.chance(0.2) && {
        volumes: [{ name: "v", persistentVolumeClaim: { claimName: `persistentvolumeclaims-${random.below(3)}` } }],
      }),
    },
  }),
} satisfies Record<GroupResource, Maker>;

export type WalkedResource = keyof typeof MAKERS;
export const walkedResources = Object.keys(MAKERS) as WalkedResource[];

/** Names are few, so that objects are created again and found taken. */
const nameOf = (resource: WalkedResource, random: Random): string => `${resource.split(".")[0]}-${random.below(3)}`;

/** A Service or a budget is for the pods of some workload of its namespace. */
const SELECTING: ReadonlySet<GroupResource> = new Set(["services", "poddisruptionbudgets.policy"]);

export function manifest(resource: WalkedResource, random: Random): KubeObject {
  const workload = random.pick(["deployments.apps", "statefulsets.apps", "daemonsets.apps"] as const);
  const name = nameOf(SELECTING.has(resource) ? workload : resource, random);
  const labels = { app: name, team: random.pick(["a", "b"]) };
  const metadata = { name, labels, ...(resource === "pods" && { annotations: simulated(random, random.chance(0.6)) }) };
  return { metadata, ...MAKERS[resource](random, name) };
}
