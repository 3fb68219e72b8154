import { expect, it } from "vitest";
import { ClusterState } from "../cluster-state.ts";
import { history, made, type Step } from "../steps.ts";
import { unrest } from "./index.ts";

const autoscaler = (spec: object, status: object = {}) =>
  made("h", {
    spec: { minReplicas: 2, maxReplicas: 3, scaleTargetRef: { kind: "ReplicaSet", name: "r" }, ...spec },
    status,
  });
const AUTOSCALERS = "horizontalpodautoscalers.autoscaling";
const EMPTY = made("r", { spec: { replicas: 0 }, status: {} });
/** Its pods cannot be created. */
const SMALL = made("r", {
  spec: { replicas: 1 },
  status: { conditions: [{ type: "ReplicaFailure", status: "True" }] },
});
const NAMESPACE: readonly Step[] = [
  ["ADDED", "namespaces", { metadata: { name: "ns", uid: "ns" }, status: { phase: "Active" } }],
  ["ADDED", "serviceaccounts", made("default")],
  ["ADDED", "configmaps", made("kube-root-ca.crt")],
];

it.each<[what: string, problems: readonly string[], steps: readonly Step[]]>([
  ["a cluster that is as it should be", [], NAMESPACE],
  [
    "an autoscaler whose target is switched off",
    [],
    [
      ["ADDED", "replicasets.apps", EMPTY],
      ["ADDED", AUTOSCALERS, autoscaler({})],
    ],
  ],
  [
    "a target below its bounds",
    ["autoscaler ns/h allows 2 to 3, its target has 1"],
    [
      ["ADDED", "replicasets.apps", SMALL],
      ["ADDED", AUTOSCALERS, autoscaler({})],
    ],
  ],
  [
    "an autoscaler that does not miss its target",
    ["autoscaler ns/h says SucceededGetScale of no target"],
    [
      [
        "ADDED",
        AUTOSCALERS,
        autoscaler({}, { conditions: [{ type: "AbleToScale", status: "True", reason: "SucceededGetScale" }] }),
      ],
    ],
  ],
  [
    "a deployment that is not available",
    ["deployment ns/d: Available is not false, with 0 available"],
    [
      [
        "ADDED",
        "deployments.apps",
        made("d", {
          spec: { replicas: 1, paused: true },
          status: { conditions: [{ type: "Available", status: "True" }] },
        }),
      ],
    ],
  ],
  [
    "a daemon set that lost count",
    ["daemon set ns/d: 1 and 0 of 0"],
    [["ADDED", "daemonsets.apps", made("d", { spec: { template: {} }, status: { numberAvailable: 1 } })]],
  ],
  [
    "a job that does not say that it is suspended",
    ["job ns/j is suspended: true, and says undefined"],
    [["ADDED", "jobs.batch", made("j", { spec: { suspend: true }, status: {} })]],
  ],
  [
    "a volume that could be used, and does not say so",
    ["volume ns/v is Pending, should be Available"],
    [["ADDED", "persistentvolumes", made("v", { spec: {}, status: { phase: "Pending" } })]],
  ],
  [
    "a namespace that is not active",
    ["namespace other is Terminating"],
    [
      ["ADDED", "namespaces", { metadata: { name: "other", uid: "o" }, status: { phase: "Terminating" } }],
      ["ADDED", "serviceaccounts", made("default", {}, { namespace: "other", uid: "s" })],
      ["ADDED", "configmaps", made("kube-root-ca.crt", {}, { namespace: "other", uid: "c" })],
    ],
  ],
  [
    "a definition that is not served",
    ["definition gadgets.walk.example.com is not Established"],
    [
      [
        "ADDED",
        "customresourcedefinitions.apiextensions.k8s.io",
        {
          metadata: { name: "gadgets.walk.example.com", uid: "d" },
          status: { conditions: [{ type: "NamesAccepted", status: "True" }] },
        },
      ],
    ],
  ],
])("sees %s", (_, problems, steps) => {
  const state = new ClusterState();
  for (const change of history([...NAMESPACE, ...steps])) state.apply(change);
  expect(unrest(state)).toEqual(problems);
});
