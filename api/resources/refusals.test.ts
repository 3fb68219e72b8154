/** What kinds of all groups reject, word for word: kube-apiserver's answers to the same objects. */
import { expect, test } from "vitest";
import { errorsOf } from "../../test/fakes/objects/kind-errors.ts";

const container = { name: "c", image: "i" };
const pod = (part: object) => ({ spec: { containers: [container], ...part } });
const inContainer = (part: object) => pod({ containers: [{ ...container, ...part }] });
const readFile = (fileKeyRef: object) => inContainer({ env: [{ name: "A", valueFrom: { fileKeyRef } }] });
const template = { metadata: { labels: { a: "b" } }, spec: { containers: [container], restartPolicy: "Always" } };
const set = (...volumeClaimTemplates: object[]) => ({
  spec: { selector: { matchLabels: { a: "b" } }, template, volumeClaimTemplates },
});
const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const rule = (operation: string) => ({
  apiGroups: [""],
  apiVersions: ["v1"],
  resources: ["pods"],
  operations: [operation],
});
const policy = (mutation: object, operation = "CREATE") => ({
  spec: {
    matchConstraints: { resourceRules: [rule(operation)] },
    reinvocationPolicy: "Never",
    mutations: [mutation],
  },
});
const applied = { patchType: "ApplyConfiguration", applyConfiguration: { expression: "Object{}" } };
const webhook = (name: string) => ({
  webhooks: [{ name, sideEffects: "None", admissionReviewVersions: ["v1"], clientConfig: { url: "https://a/b" } }],
});
const device = (part: object) => ({
  spec: {
    driver: "a.b",
    nodeName: "n",
    pool: { name: "p", resourceSliceCount: 1 },
    devices: [{ name: "d", ...part }],
  },
});
const C_NAME =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const LABEL_NAME =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const autoscaler = (maxReplicas: number) => ({
  spec: { maxReplicas, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" } },
});

test.each<[string, object, string[]]>([
  ["Pod", pod({ os: {} }), ["spec.os.name: Required value"]],
  [
    "Pod",
    pod({ hostnameOverride: "a".repeat(65) }),
    ["spec.hostnameOverride: Too long: may not be more than 64 bytes"],
  ],
  [
    "Pod",
    pod({ hostnameOverride: "a", hostNetwork: true, setHostnameAsFQDN: true }),
    [
      "spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true",
      "spec.hostnameOverride: Forbidden: may not be specified when hostNetwork is true",
    ],
  ],
  [
    "Pod",
    pod({ securityContext: { seLinuxChangePolicy: "MountOption" } }),
    ['spec.securityContext.seLinuxChangePolicy: Unsupported value: "MountOption": supported values: "Recursive"'],
  ],
  [
    "Pod",
    inContainer({ restartPolicy: "Always", restartPolicyRules: [{ exitCodes: {} }] }),
    [
      'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "": supported values: "Restart", "RestartAllContainers"',
      'spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: "": supported values: "In", "NotIn"',
    ],
  ],
  [
    "Pod",
    readFile({ key: "A", volumeName: "a.b", path: "/x/../y" }),
    [
      'spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "a.b": must not contain dots',
      "spec.containers[0].env[0].valueFrom.fileKeyRef.path: Invalid value: \"/x/../y\": must not contain '..'",
      'spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Not found: "a.b"',
    ],
  ],
  [
    "Pod",
    pod({ overhead: { "example.com/a b": "1" } }),
    [
      "spec.overhead.limits[example.com/a b]: Invalid value: \"example.com/a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'spec.overhead.limits[example.com/a b]: Invalid value: "example.com/a b": doesn\'t follow extended resource name standard',
    ],
  ],
  [
    "StatefulSet",
    set({ metadata: { name: "v" } }, { metadata: { name: "v" } }),
    [0, 1].flatMap((i) => [
      `spec.volumeClaimTemplates[${i}].spec.accessModes: Required value: at least 1 access mode is required`,
      `spec.volumeClaimTemplates[${i}].spec.resources[storage]: Required value`,
    ]),
  ],
  ["StatefulSet", set({ metadata: { name: "v" }, spec: claim }), []],
  ["ControllerRevision", { revision: 1, data: [] }, ["data: Required value: data must be a valid JSON object"]],
  [
    "Node",
    { spec: {}, status: { nodeInfo: { swap: { capacity: 0 } }, declaredFeatures: ["B", "A", "A", "x"] } },
    [
      "metadata.nodeSwapStatus.capacity: Invalid value: 0: must be greater than zero",
      'status.declaredFeatures[1]: Invalid value: "A": list must be sorted alphabetically',
      'status.declaredFeatures[2]: Duplicate value: "A"',
      'status.declaredFeatures[3]: Invalid value: "x": invalid feature name "x": must start with an UpperCamelCase segment, with subsequent segments separated by \'/\' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes',
    ],
  ],
  [
    "HorizontalPodAutoscaler",
    autoscaler(0),
    [
      "spec.maxReplicas: Required value: must be set and greater than 0",
      "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`",
    ],
  ],
  [
    "HorizontalPodAutoscaler",
    autoscaler(-1),
    [
      "spec.maxReplicas: Invalid value: -1: must be greater than or equal to 1",
      "spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`",
    ],
  ],
  [
    "ClusterRole",
    { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: "a", operator: "In" }] }] } },
    [
      "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.",
    ],
  ],
  [
    "RuntimeClass",
    { handler: "h", scheduling: { tolerations: [{ key: "a", operator: "Gt" }] } },
    ['scheduling.tolerations[0].operator: Unsupported value: "Gt": supported values: "Equal", "Exists", "Lt", "Gt"'],
  ],
  [
    "CSIDriver",
    { spec: { serviceAccountTokenInSecrets: true } },
    [
      "spec.serviceAccountTokenInSecrets: Invalid value: true: serviceAccountTokenInSecrets is set but no tokenRequests are specified",
    ],
  ],
  [
    "MutatingAdmissionPolicy",
    policy(applied, "DELETE"),
    [
      'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    ],
  ],
  [
    "MutatingAdmissionPolicy",
    { ...policy({ ...applied, jsonPatch: {} }) },
    [
      'spec.mutations[0].jsonPatch: Invalid value: "{jsonPatch}": must not be specified when patchType is ApplyConfiguration',
    ],
  ],
  [
    "MutatingAdmissionPolicy",
    { spec: { ...policy({ patchType: "JSONPatch", jsonPatch: {} }).spec, reinvocationPolicy: undefined } },
    ["spec.mutations[0].jsonPatch.expression: Required value", "spec.reinvocationPolicy: Required value"],
  ],
  [
    "MutatingAdmissionPolicy",
    {
      spec: {
        ...policy(applied).spec,
        failurePolicy: "Fail",
        variables: [{ name: "v", expression: "Object.spec{}" }],
      },
    },
    [
      "spec.variables[0].expression: Invalid value: \"Object.spec{}\": compilation failed: ERROR: <input>:1:12: undeclared reference to 'Object.spec' (in container '')\n | Object.spec{}\n | ...........^",
    ],
  ],
  [
    "MutatingAdmissionPolicyBinding",
    { spec: { policyName: "p", matchResources: { resourceRules: [rule("DELETE")] } } },
    [
      'spec.matchResources.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    ],
  ],
  ["ValidatingWebhookConfiguration", webhook(`a.b.${"c".repeat(64)}`), []],
  [
    "ValidatingWebhookConfiguration",
    webhook("a.b"),
    ['webhooks[0].name: Invalid value: "a.b": should be a domain with at least three segments separated by dots'],
  ],
  [
    "ValidatingWebhookConfiguration",
    { webhooks: [{ ...webhook("a.b.c").webhooks[0], clientConfig: { service: { namespace: "n" } } }] },
    ["webhooks[0].clientConfig.service.namespace: Required value"],
  ],
  [
    "ValidatingWebhookConfiguration",
    { webhooks: [{ ...webhook("a.b.c").webhooks[0], clientConfig: { service: { name: "s" } } }] },
    ["webhooks[0].clientConfig.service.name: Required value"],
  ],
  [
    "ResourceSlice",
    device({ attributes: { "a b": { int: 1 } }, consumesCounters: [{ counterSet: "s", counters: { A: {} } }] }),
    [
      `spec.devices[0].attributes: Invalid value: "a b": ${C_NAME}`,
      `spec.devices[0].consumesCounters[0].counters: Invalid value: "A": ${LABEL_NAME}`,
    ],
  ],
  [
    "ResourceClaimTemplate",
    {
      spec: {
        metadata: { labels: { a: "b" }, uid: "u", finalizers: [], deletionGracePeriodSeconds: 0, generation: 0 },
        spec: {},
      },
    },
    [
      "spec.metadata.uID: Forbidden: cannot be set",
      "spec.metadata.finalizers: Forbidden: cannot be set",
      "spec.metadata.deletionGracePeriodSeconds: Forbidden: cannot be set",
    ],
  ],
  [
    "Pod",
    pod({ initContainers: [{ ...container, name: "i", restartPolicyRules: [{}] }] }),
    ["spec.initContainers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used"],
  ],
  [
    "StatefulSet",
    { spec: { ...set().spec, template: { ...template, spec: { ...template.spec, hostname: "*" } } } },
    [],
  ],
  [
    "Pod",
    pod({
      hostUsers: false,
      hostIPC: true,
      volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }],
      containers: [{ ...container, volumeDevices: [{ name: "v", devicePath: "/d" }] }],
    }),
    [
      "spec.HostIPC: Forbidden: when `hostUsers` is false",
      "spec.containers[0].volumeDevices: Forbidden: when `hostUsers` is false",
    ],
  ],
  [
    "Pod",
    pod({
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "z",
          whenUnsatisfiable: "DoNotSchedule",
          matchLabelKeys: ["a", "a"],
          labelSelector: { matchLabels: { a: "b" }, matchExpressions: [{ key: "a", operator: "Exists" }] },
        },
      ],
    }),
    ['spec.topologySpreadConstraints[0][1]: Invalid value: "a": exists in both matchLabelKeys and labelSelector'],
  ],
  [
    "Pod",
    pod({ volumes: [{ name: "v", downwardAPI: { defaultMode: 999 }, configMap: {} }] }),
    [
      "spec.volumes[0].downwardAPI.defaultMode: Invalid value: 999: must be a number between 0 and 0777 (octal), both inclusive",
      "spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type",
    ],
  ],
  [
    "HorizontalPodAutoscaler",
    { spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: "/v1", kind: "Deployment", name: "d" } } },
    ['spec.scaleTargetRef.apiVersion: Invalid value: "/v1": apiVersion must specify API group'],
  ],
  [
    "APIService",
    {
      metadata: { name: "v1.a.b", generateName: "c" },
      spec: { group: "a.b", version: "v1", groupPriorityMinimum: 1, versionPriority: 1 },
    },
    ['metadata.generateName: Invalid value: "c": must be `spec.version+"."+spec.group`: "v1.a.b"'],
  ],
])("%s %j", (kind, part, errors) => {
  expect(errorsOf(kind, part)).toEqual(errors);
});
