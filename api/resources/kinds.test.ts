/** Rules of kinds in smaller groups, in Kubernetes' words. */
import { describe, expect, it } from "vitest";
import { decoded, errorsOf, kindOf } from "../../test/fakes/objects/kind-errors.ts";
import type { KubeObject } from "../machinery/meta.ts";

const autoscaler = (spec: object) => ({
  spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" }, ...spec },
});
const metric = (part: object) => autoscaler({ metrics: [part] });
const SOURCES = 'supported values: "ContainerResource", "External", "Object", "Pods", "Resource"';
const policy = (part: object) => ({
  spec: {
    matchConstraints: {
      resourceRules: [{ operations: ["*"], apiGroups: [""], apiVersions: ["*"], resources: ["pods"] }],
    },
    validations: [{ expression: "true" }],
    ...part,
  },
});
const webhook = (part: object) => ({
  webhooks: [
    {
      name: "a.example.com",
      clientConfig: { url: "https://example.com" },
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      ...part,
    },
  ],
});
const flow = (rule: object, name = "x") => ({
  metadata: { name },
  spec: {
    matchingPrecedence: 9,
    priorityLevelConfiguration: { name: "l" },
    rules: [{ subjects: [{ kind: "User", user: { name: "u" } }], ...rule }],
  },
});

describe("validation errors of kinds", () => {
  it.each<[string, object, string[]]>([
    [
      "ValidatingWebhookConfiguration",
      webhook({ clientConfig: { service: { namespace: "a", name: "b", path: "" } } }),
      [],
    ],
    [
      "ValidatingWebhookConfiguration",
      webhook({ clientConfig: { service: { namespace: "a", name: "b", path: "x" } } }),
      [
        `webhooks[0].clientConfig.service.path: Invalid value: "x": must start with a '/'`,
        'webhooks[0].clientConfig.service.path: Invalid value: "x": segment[0] may not be empty',
      ],
    ],
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
      "ValidatingAdmissionPolicy",
      policy({ matchConditions: [{ name: "a b", expression: " 1 " }], paramKind: { apiVersion: "g/", kind: "K" } }),
      [
        'spec.paramKind.apiVersion: Invalid value: "g/": version must be specified',
        'spec.matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int',
        "spec.matchConditions[0].name: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
    [
      "ValidatingAdmissionPolicy",
      policy({ validations: [{ expression: "true\n", message: "a\rb" }, { expression: "true\n||\ntrue" }] }),
      ['spec.validations[0].message: Invalid value: "a\\rb": must not contain line breaks'],
    ],
    [
      "ValidatingAdmissionPolicy",
      policy({
        validations: [{ expression: "authorizer.path('/').check('get').allowed()", messageExpression: "authorizer" }],
      }),
      [
        "spec.validations[0].messageExpression: Invalid value: \"authorizer\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')\n | authorizer\n | ^",
      ],
    ],
    [
      "ValidatingAdmissionPolicy",
      policy({ validations: [{ expression: "variables.a" }] }),
      [
        "spec.validations[0].expression: Invalid value: \"variables.a\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'variables' (in container '')\n | variables.a\n | ^",
      ],
    ],
    [
      "ValidatingAdmissionPolicy",
      policy({ auditAnnotations: [{ key: "k", valueExpression: `'${"a".repeat(5119)}'` }] }),
      ["spec.auditAnnotations[0].valueExpression: Required value: must not exceed 5120 bytes in length"],
    ],
    [
      "ValidatingAdmissionPolicyBinding",
      {
        spec: {
          policyName: "p",
          paramRef: { name: "A_b", namespace: "N", parameterNotFoundAction: "Deny" },
          validationActions: ["Warn", "Audit", "Deny"],
          matchResources: { objectSelector: { matchExpressions: [{ key: "k", operator: "Odd" }] } },
        },
      },
      [
        'spec.matchResources.objectSelector.matchExpressions[0].operator: Invalid value: "Odd": not a valid selector operator',
        'spec.validationActions: Invalid value: ["Warn","Audit","Deny"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      "ValidatingWebhookConfiguration",
      webhook({ admissionReviewVersions: ["v1", "V2", "v1"] }),
      [
        "webhooks[0].admissionReviewVersions[1]: Invalid value: \"V2\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
        'webhooks[0].admissionReviewVersions[2]: Invalid value: "v1": duplicate version',
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
  ])("a %s of %j has the errors %j", (kind, part, errors) => expect(errorsOf(kind, part)).toEqual(errors));
});

const job = { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } };
const BETA = "beta.kubernetes.io/os";
const USE = 'deprecated since v1.14; use "kubernetes.io/os" instead';

describe("warnings of kinds", () => {
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
  ])("a %s of %j gets the warnings %j", (kind, part, warnings) =>
    expect(kindOf(kind).warnings?.(decoded(kind, part))).toEqual(warnings),
  );
});

describe("validation errors in the status of kinds", () => {
  it.each<[string, object, string[]]>([
    [
      "PodDisruptionBudget",
      {
        conditions: [
          { type: "A", status: "Odd", observedGeneration: -1 },
          { type: "A", status: "True", reason: "1" },
        ],
      },
      [
        "conditions[0].status",
        "conditions[0].observedGeneration",
        "conditions[0].lastTransitionTime",
        "conditions[0].reason",
        "conditions[1].type",
        "conditions[1].lastTransitionTime",
        "conditions[1].reason",
      ],
    ],
    [
      "ValidatingAdmissionPolicy",
      { typeChecking: { expressionWarnings: [{}] } },
      ["typeChecking.expressionWarnings[0].warning", "typeChecking.expressionWarnings[0].fieldRef"],
    ],
    ["FlowSchema", { conditions: [{ type: "A" }, { type: "A" }, {}] }, ["conditions[1].type", "conditions[2].type"]],
    ["APIService", { conditions: [{ type: "Available", status: "Odd" }] }, ["conditions[0].status"]],
  ])("a %s with the status %j is invalid at %j", (kind, status, paths) => {
    const object = { metadata: { name: "x" }, status } as KubeObject;
    const errors = kindOf(kind).status?.validateUpdate?.(object, object) ?? [];
    expect(errors.map(({ path }) => path)).toEqual(paths.map((path) => `status.${path}`));
  });
});

describe("a certificate request's status", () => {
  const approved = { type: "Approved", status: "True", reason: "A" };
  const denied = { type: "Denied", status: "True" };
  const failed = { type: "Failed", status: "True" };
  const csr = kindOf("CertificateSigningRequest");
  const write = (where: "status" | "approval", before: object[], after: object[]) => {
    const object = (conditions: object[]) =>
      ({ metadata: { name: "x" }, spec: {}, status: { conditions: structuredClone(conditions) } }) as KubeObject;
    const rules = where === "status" ? csr.status : csr.subresources?.approval;
    const [next, old] = [object(after), object(before)];
    rules?.prepareUpdate?.(next, old);
    return { next, errors: rules?.validateUpdate?.(next, old).map(({ message }) => message) };
  };

  it("cannot change a decision", () => {
    const { next, errors } = write("status", [approved], [failed, { ...approved, reason: "B" }]);
    expect(errors).toEqual([]);
    expect(next).toMatchObject({ status: { conditions: [failed, approved] } });
  });

  it.each<["status" | "approval", object[], object[], string[]]>([
    ["status", [approved], [], ['Forbidden: updates may not remove a condition of type "Approved"']],
    ["status", [], [approved], ['Forbidden: updates may not add a condition of type "Approved"']],
    ["status", [failed], [], ['Forbidden: updates may not remove a condition of type "Failed"']],
    ["approval", [], [failed, approved], []],
    [
      "approval",
      [],
      [denied, approved],
      ['Invalid value: "Approved": Approved and Denied conditions are mutually exclusive'],
    ],
  ])("in %s, from %j to %j", (where, before, after, errors) => {
    expect(write(where, before, after).errors).toEqual(errors);
  });
});
