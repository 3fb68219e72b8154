/**
 * The flow schemas and priority levels of every kube-apiserver: the mandatory and the suggested ones
 * (apiserver/pkg/apis/flowcontrol/bootstrap).
 */
import type {
  FlowSchema,
  FlowSchemaSpec,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  Subject,
} from "../../api/generated/flowcontrol.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from "../../api/resources/flowcontrol/mandatory.ts";

const API_VERSION = "flowcontrol.apiserver.k8s.io/v1";
const AUTO_UPDATE = { "apf.kubernetes.io/autoupdate-spec": "true" };

type Rules = NonNullable<FlowSchemaSpec["rules"]>;
type Rule = Rules[number];

const group = (name: string): Subject => ({ kind: "Group", group: { name } });
const user = (name: string): Subject => ({ kind: "User", user: { name } });
const account = (name: string): Subject => ({
  kind: "ServiceAccount",
  serviceAccount: { name, namespace: "kube-system" },
});

const resources = (
  verbs: string[],
  apiGroups: string[],
  names: string[],
  namespaces?: string[],
): NonNullable<Rule["resourceRules"]> => [
  {
    verbs,
    apiGroups,
    resources: names,
    ...(namespaces ? { namespaces } : { clusterScope: true, namespaces: ["*"] }),
  },
];
const everything = (subjects: Subject[]): Rule => ({
  subjects,
  resourceRules: resources(["*"], ["*"], ["*"]),
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
});

interface Suggested {
  readonly level: string;
  readonly precedence: number;
  readonly by?: "ByUser" | "ByNamespace";
  readonly rules: Rules;
}

const LEASE_VERBS = ["get", "create", "update"];
const LEASES = ["coordination.k8s.io"];

const suggestedFlowSchemas: Readonly<Record<string, Suggested>> = {
  "global-default": {
    level: "global-default",
    precedence: 9900,
    by: "ByUser",
    rules: [everything([group("system:unauthenticated"), group("system:authenticated")])],
  },
  "kube-controller-manager": {
    level: "workload-high",
    precedence: 800,
    by: "ByNamespace",
    rules: [everything([user("system:kube-controller-manager")])],
  },
  "kube-scheduler": {
    level: "workload-high",
    precedence: 800,
    by: "ByNamespace",
    rules: [everything([user("system:kube-scheduler")])],
  },
  "kube-system-service-accounts": {
    level: "workload-high",
    precedence: 900,
    by: "ByNamespace",
    rules: [everything([account("*")])],
  },
  probes: {
    level: "exempt",
    precedence: 2,
    rules: [
      {
        subjects: [group("system:unauthenticated"), group("system:authenticated")],
        nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/readyz", "/livez"] }],
      },
    ],
  },
  "service-accounts": {
    level: "workload-low",
    precedence: 9000,
    by: "ByUser",
    rules: [everything([group("system:serviceaccounts")])],
  },
  "system-leader-election": {
    level: "leader-election",
    precedence: 100,
    by: "ByUser",
    rules: [
      {
        subjects: [user("system:kube-controller-manager"), user("system:kube-scheduler"), account("*")],
        resourceRules: resources(LEASE_VERBS, LEASES, ["leases"], ["*"]),
      },
    ],
  },
  "system-node-high": {
    level: "node-high",
    precedence: 400,
    by: "ByUser",
    rules: [
      {
        subjects: [group("system:nodes")],
        resourceRules: [
          {
            verbs: ["*"],
            apiGroups: [""],
            resources: ["nodes", "nodes/status"],
            clusterScope: true,
            namespaces: ["*"],
          },
          { verbs: ["*"], apiGroups: LEASES, resources: ["leases"], namespaces: ["*"] },
        ],
      },
    ],
  },
  "system-nodes": {
    level: "system",
    precedence: 500,
    by: "ByUser",
    rules: [everything([group("system:nodes")])],
  },
};

const queued = (
  shares: number,
  lendable: number,
  queues: { count: number; hand: number },
): PriorityLevelConfigurationSpec => ({
  type: "Limited",
  limited: {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
    limitResponse: {
      type: "Queue",
      queuing: { queues: queues.count, handSize: queues.hand, queueLengthLimit: 50 },
    },
  },
});

const priorityLevels: Readonly<Record<string, PriorityLevelConfigurationSpec>> = {
  ...mandatoryPriorityLevels,
  "global-default": queued(20, 50, { count: 128, hand: 6 }),
  "leader-election": queued(10, 0, { count: 16, hand: 4 }),
  "node-high": queued(40, 25, { count: 64, hand: 6 }),
  system: queued(30, 33, { count: 64, hand: 6 }),
  "workload-high": queued(40, 50, { count: 128, hand: 6 }),
  "workload-low": queued(100, 90, { count: 128, hand: 6 }),
};

export function flowControl(at: string): readonly KubeObject[] {
  const schemas: Record<string, FlowSchemaSpec> = { ...mandatoryFlowSchemas };
  for (const [name, { level, precedence, by, rules }] of Object.entries(suggestedFlowSchemas)) {
    schemas[name] = {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence: precedence,
      ...(by ? { distinguisherMethod: { type: by } } : {}),
      rules,
    };
  }
  return [
    ...Object.entries(priorityLevels).map(
      ([name, spec]): PriorityLevelConfiguration => ({
        kind: "PriorityLevelConfiguration",
        apiVersion: API_VERSION,
        metadata: { name, annotations: AUTO_UPDATE },
        spec,
        status: {},
      }),
    ),
    ...Object.entries(schemas).map(
      ([name, spec]): FlowSchema => ({
        kind: "FlowSchema",
        apiVersion: API_VERSION,
        metadata: { name, annotations: AUTO_UPDATE },
        spec,
        status: {
          conditions: [
            {
              type: "Dangling",
              status: "False",
              lastTransitionTime: at,
              reason: "Found",
              message: `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(spec.priorityLevelConfiguration.name)} and it exists`,
            },
          ],
        },
      }),
    ),
  ];
}
