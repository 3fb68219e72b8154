/** Rules of kinds of smaller groups, each in the words that Kubernetes has for it. */
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../machinery/meta.ts";
import { resources } from "./index.ts";
import type { Resource } from "./resource.ts";

const kindOf = (name: string): Resource => {
  const found = resources.find(({ kind }) => kind === name);
  if (!found) throw new Error(`no kind ${name}`);
  return found;
};

/** An object as it stands after decoding and defaulting. */
function decoded(name: string, part: object): KubeObject {
  const draft = { metadata: { name: "x", namespace: "n" }, status: {}, ...structuredClone(part) } as KubeObject;
  kindOf(name).defaults?.(draft);
  return draft;
}

function errorsOf(name: string, part: object): string[] {
  const kind = kindOf(name);
  const object = decoded(name, part);
  const errors = [...(kind.validate?.(object) ?? []), ...(kind.validateCreate?.(object) ?? [])];
  return errors.map(({ path, message }) => `${path}: ${message}`);
}

const autoscaler = (spec: object) => ({
  spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" }, ...spec },
});
const metric = (part: object) => autoscaler({ metrics: [part] });
const SOURCES = 'supported values: "ContainerResource", "External", "Object", "Pods", "Resource"';
const flow = (rule: object, name = "x") => ({
  metadata: { name },
  spec: {
    matchingPrecedence: 9,
    priorityLevelConfiguration: { name: "l" },
    rules: [{ subjects: [{ kind: "User", user: { name: "u" } }], ...rule }],
  },
});

describe("what kinds refuse", () => {
  it.each<[string, object, string[]]>([
    ["PriorityClass", { value: 1, preemptionPolicy: "" }, ["preemptionPolicy: Required value"]],
    [
      "PriorityClass",
      { value: 1, preemptionPolicy: "Odd" },
      ['preemptionPolicy: Unsupported value: "Odd": supported values: "PreemptLowerPriority", "Never"'],
    ],
    [
      "HorizontalPodAutoscaler",
      metric({ type: "Odd" }),
      [
        `spec.metrics[0].type: Unsupported value: "Odd": ${SOURCES}`,
        `spec.metrics[0].type: Unsupported value: "Odd": ${SOURCES}`,
      ],
    ],
    [
      "HorizontalPodAutoscaler",
      metric({ type: "Resource", resource: { name: "cpu", target: { type: "Value" } }, pods: { metric: {} } }),
      [
        "spec.metrics[0].pods.metric.name: Required value: must specify a metric name",
        "spec.metrics[0].pods.target.type: Required value: must specify a metric target type",
        'spec.metrics[0].pods.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
        "spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue",
        "spec.metrics[0].pods: Forbidden: must populate the given metric source only",
      ],
    ],
    [
      "HorizontalPodAutoscaler",
      metric({ type: "Pods", pods: { metric: { name: "m" }, target: { type: "AverageValue", averageValue: "0.0" } } }),
      ['spec.metrics[0].pods.target.averageValue: Invalid value: "0": must be positive'],
    ],
    [
      "HorizontalPodAutoscaler",
      metric({
        type: "ContainerResource",
        containerResource: { name: "odd", container: "", target: { type: "Utilization", averageUtilization: 1 } },
      }),
      [
        'spec.metrics[0].containerResource.name: Invalid value: "odd": must be a standard resource type or fully qualified',
        'spec.metrics[0].containerResource.name: Invalid value: "odd": must be a standard resource for containers',
        "spec.metrics[0].containerResource.container: Required value: must specify a container",
      ],
    ],
    [
      "HorizontalPodAutoscaler",
      autoscaler({ behavior: { scaleUp: { stabilizationWindowSeconds: -1 } } }),
      ["spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero"],
    ],
    [
      "FlowSchema",
      flow({ nonResourceRules: [{ verbs: ["head"], nonResourceURLs: ["*"] }] }),
      [
        'spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["head"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      ],
    ],
    [
      "PriorityLevelConfiguration",
      { metadata: { name: "exempt" }, spec: { type: "Exempt", exempt: { nominalConcurrencyShares: 9 } } },
      [],
    ],
    [
      "PriorityLevelConfiguration",
      { metadata: { name: "catch-all" }, spec: { type: "Limited", limited: { limitResponse: { type: "Reject" } } } },
      [
        'spec: Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":30,"LimitResponse":{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: spec of \'catch-all\' must equal the fixed value',
      ],
    ],
    [
      "RuntimeClass",
      { handler: "h", overhead: { podFixed: { odd: "1", "hugepages-2Mi": "2Mi" } } },
      [
        'overhead.limits[odd]: Invalid value: "odd": must be a standard resource type or fully qualified',
        'overhead.limits[odd]: Invalid value: "odd": must be a standard resource for containers',
        "overhead: Forbidden: HugePages require cpu or memory",
      ],
    ],
  ])("%s %j", (kind, part, errors) => expect(errorsOf(kind, part)).toEqual(errors));
});

const job = { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } };
const BETA = "beta.kubernetes.io/os";
const USE = 'deprecated since v1.14; use "kubernetes.io/os" instead';

describe("what kinds warn of", () => {
  it.each<[string, object, string[]]>([
    [
      "Job",
      { spec: { ...job, completionMode: "Indexed", completions: 100_001, parallelism: 10_001 } },
      [
        "spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail",
      ],
    ],
    [
      "CronJob",
      { spec: { schedule: "TZ=UTC * * * * *", jobTemplate: { spec: job } } },
      ["cannot use TZ or CRON_TZ in spec.schedule, use timeZone instead"],
    ],
    [
      "RuntimeClass",
      { handler: "h", scheduling: { nodeSelector: { [BETA]: "" } } },
      [`scheduling.nodeSelector: ${USE}`],
    ],
    [
      "StorageClass",
      { provisioner: "p", allowedTopologies: [{ matchLabelExpressions: [{ key: BETA, values: ["a"] }] }] },
      [`allowedTopologies[0].matchLabelExpressions[0].key: ${USE}`],
    ],
    [
      "CSIStorageCapacity",
      {
        storageClassName: "c",
        nodeTopology: { matchLabels: { [BETA]: "a" }, matchExpressions: [{ key: BETA, operator: "Exists" }] },
      },
      [`nodeTopology.matchExpressions[0].key: ${BETA} is ${USE}`, `nodeTopology.matchLabels.${BETA}: ${USE}`],
    ],
  ])("%s %j", (kind, part, warnings) => expect(kindOf(kind).warnings?.(decoded(kind, part))).toEqual(warnings));
});
