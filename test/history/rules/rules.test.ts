import { expect, it } from "vitest";
import { ClusterState } from "../cluster-state.ts";
import { violations } from "../history.ts";
import { history, made, type Step } from "../steps.ts";
import { rules } from "./index.ts";

const READY = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
const owned = (kind: string, by: string) => ({
  ownerReferences: [{ apiVersion: "v1", kind, name: by, uid: by, controller: true }],
});

const pod = (name: string, spec: object = {}, status: object = READY, metadata: object = {}) =>
  made(
    name,
    { spec: { containers: [{ name: "c", resources: { requests: { cpu: "1" } } }], ...spec }, status },
    metadata,
  );
const node = (name: string, spec: object = {}) => ({
  metadata: { name, uid: name, creationTimestamp: "1970-01-01T00:00:00Z", labels: {} },
  spec,
  status: { allocatable: { cpu: "1", memory: "1Gi", pods: "10" } },
});
const job = (status: object, spec: object = {}) => made("j", { spec: { completions: 2, ...spec }, status });

it.each<[what: string, problem: string, steps: readonly Step[]]>([
  [
    "a deletion that is taken back",
    "its deletion was taken back",
    [
      ["ADDED", "configmaps", made("a", {}, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
      ["MODIFIED", "configmaps", made("a", { data: {} })],
    ],
  ],
  [
    "a write without a change",
    "nothing has changed",
    [
      ["ADDED", "configmaps", made("a")],
      ["MODIFIED", "configmaps", made("a")],
    ],
  ],
  [
    "a status ahead of its spec",
    "observed generation 2 of 1",
    [["ADDED", "jobs.batch", made("a", { spec: {}, status: { observedGeneration: 2 } }, { generation: 1 })]],
  ],
  [
    "an object in a namespace that is being deleted",
    "its namespace was being deleted",
    [
      ["ADDED", "namespaces", { metadata: { name: "ns", uid: "ns", deletionTimestamp: "2026-01-01T00:00:00Z" } }],
      ["ADDED", "configmaps", made("a")],
    ],
  ],
  [
    "a namespace that leaves something behind",
    "configmaps a was still in it",
    [
      ["ADDED", "configmaps", made("a")],
      ["DELETED", "namespaces", { metadata: { name: "ns", uid: "ns" } }],
    ],
  ],
  [
    "a pod that is bound twice",
    "it moved from n1 to n2",
    [
      ["ADDED", "pods", pod("p", { nodeName: "n1" })],
      ["MODIFIED", "pods", pod("p", { nodeName: "n2" })],
    ],
  ],
  [
    "a node that is overcommitted",
    "2 cpu are requested of n1, which has 1",
    [
      ["ADDED", "nodes", node("n1")],
      ["ADDED", "pods", pod("p", { nodeName: "n1" })],
      ["ADDED", "pods", pod("q")],
      ["MODIFIED", "pods", pod("q", { nodeName: "n1" })],
    ],
  ],
  [
    "a pod on a node that it does not tolerate",
    "it does not tolerate t of n1",
    [
      ["ADDED", "nodes", node("n1", { taints: [{ key: "t", effect: "NoSchedule" }] })],
      ["ADDED", "pods", pod("p")],
      ["MODIFIED", "pods", pod("p", { nodeName: "n1" })],
    ],
  ],
  [
    "a pod that runs again",
    "its phase was Failed, and is Running",
    [
      ["ADDED", "pods", pod("p", {}, { phase: "Failed" })],
      ["MODIFIED", "pods", pod("p", {}, { phase: "Running" })],
    ],
  ],
  [
    "a ReplicaSet with a pod too many",
    "ReplicaSet r has 2 pods of 1",
    [
      ["ADDED", "replicasets.apps", made("r", { spec: { replicas: 1 }, status: {} })],
      ["ADDED", "pods", pod("p", {}, READY, owned("ReplicaSet", "r"))],
      ["ADDED", "pods", pod("q", {}, READY, owned("ReplicaSet", "r"))],
    ],
  ],
  [
    "a pod for a Job that has ended",
    "Job j had ended",
    [
      ["ADDED", "jobs.batch", job({ conditions: [{ type: "Failed", status: "True" }] })],
      ["ADDED", "pods", pod("p", {}, READY, owned("Job", "j"))],
    ],
  ],
  [
    "a StatefulSet out of order",
    "s-0 was not ready",
    [
      ["ADDED", "statefulsets.apps", made("s", { spec: { replicas: 2 }, status: {} })],
      ["ADDED", "pods", pod("s-1", {}, READY, owned("StatefulSet", "s"))],
    ],
  ],
  [
    "two pods of a DaemonSet for one node",
    "DaemonSet d has 2 pods for one node",
    [
      ["ADDED", "daemonsets.apps", made("d", { spec: {}, status: {} })],
      ["ADDED", "pods", pod("p", {}, READY, owned("DaemonSet", "d"))],
      ["ADDED", "pods", pod("q", {}, READY, owned("DaemonSet", "d"))],
    ],
  ],
  [
    "Jobs of a CronJob that forbids it",
    "CronJob c forbids it while a runs",
    [
      ["ADDED", "cronjobs.batch", made("c", { spec: { concurrencyPolicy: "Forbid" }, status: {} })],
      ["ADDED", "jobs.batch", made("a", { spec: {}, status: {} }, owned("CronJob", "c"))],
      ["ADDED", "jobs.batch", made("b", { spec: {}, status: {} }, owned("CronJob", "c"))],
    ],
  ],
  [
    "a rolling update that takes too much",
    "1 of 2 stay available, 0 may be missing",
    [
      [
        "ADDED",
        "deployments.apps",
        made("d", {
          spec: {
            replicas: 2,
            strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          },
          status: {},
        }),
      ],
      [
        "ADDED",
        "replicasets.apps",
        made("r", { spec: { replicas: 2 }, status: { availableReplicas: 2 } }, owned("Deployment", "d")),
      ],
      [
        "MODIFIED",
        "replicasets.apps",
        made("r", { spec: { replicas: 1 }, status: { availableReplicas: 2 } }, owned("Deployment", "d")),
      ],
    ],
  ],
  [
    "a Job that counts a failure as a success",
    "1 counted as succeeded, 0 have",
    [
      ["ADDED", "pods", pod("p", {}, { phase: "Failed" }, owned("Job", "j"))],
      ["ADDED", "jobs.batch", job({ succeeded: 1 })],
    ],
  ],
  [
    "a Job that is complete too early",
    "it is complete with 1 of 2",
    [
      ["ADDED", "pods", pod("p", {}, { phase: "Succeeded" }, owned("Job", "j"))],
      ["ADDED", "jobs.batch", job({ succeeded: 1, conditions: [{ type: "Complete", status: "True" }] })],
    ],
  ],
  [
    "an eviction in spite of a budget",
    "budget b wants 2 healthy pods, 1 are left",
    [
      [
        "ADDED",
        "poddisruptionbudgets.policy",
        made("b", { spec: { selector: {} }, status: { desiredHealthy: 2, observedGeneration: 1 } }, { generation: 1 }),
      ],
      ["ADDED", "pods", pod("p")],
      ["ADDED", "pods", pod("q")],
      [
        "MODIFIED",
        "pods",
        pod(
          "q",
          {},
          {
            conditions: [
              ...READY.conditions,
              { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" },
            ],
          },
          { deletionTimestamp: "2026-01-01T00:00:00Z" },
        ),
      ],
    ],
  ],
  [
    "a pod beyond a quota",
    "quota q allows 1 pods, not 2",
    [
      ["ADDED", "resourcequotas", made("q", { spec: { hard: { pods: "1" } }, status: { hard: { pods: "1" } } })],
      ["ADDED", "pods", pod("p")],
      ["ADDED", "pods", pod("q")],
    ],
  ],
  [
    "an address that is given out twice",
    "ns/a has the address 10.0.0.1, too",
    [
      ["ADDED", "services", made("a", { spec: { clusterIPs: ["10.0.0.1"] } })],
      ["ADDED", "services", made("b", { spec: { clusterIPs: ["10.0.0.1"] } })],
    ],
  ],
  [
    "two volumes for a claim",
    "v is bound to the same claim",
    ["v", "w"].map((name) => [
      "ADDED",
      "persistentvolumes",
      made(name, { spec: { claimRef: { uid: "c" } }, status: { phase: "Bound" } }),
    ]),
  ],
  [
    "a claim that goes while it is used",
    "p uses it",
    [
      ["ADDED", "pods", pod("p", { nodeName: "n", volumes: [{ persistentVolumeClaim: { claimName: "c" } }] })],
      ["DELETED", "persistentvolumeclaims", made("c", { spec: {}, status: {} })],
    ],
  ],
])("finds %s", (_, problem, steps) => {
  const found = violations(new ClusterState(), history(steps), { rules });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(problem);
});
