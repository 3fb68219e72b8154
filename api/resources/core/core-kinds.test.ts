import { describe, expect, it } from "vitest";
import { decoded, kindOf } from "../../../test/fakes/objects/kind-errors.ts";

const errorsOf = (kind: string, part: object) =>
  (kindOf(kind).validate?.(decoded(kind, part)) ?? []).map(({ path, message }) => `${path}: ${message}`);

const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const pod = { containers: [{ name: "c", image: "i" }] };
const volume = { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, hostPath: { path: "/x" } };

const zone = (key: string, ...values: string[]) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: "In", values }] }] },
});

describe("validation errors of core kinds", () => {
  it.each<[string, object, string[]]>([
    ["ConfigMap", { data: { "a b": "" } }, ["data[a b]"]],
    ["ConfigMap", { data: { a: "" }, binaryData: { a: "" } }, ["data[a]"]],
    ["Secret", { type: "kubernetes.io/tls", data: { "tls.crt": "" } }, ["data[tls.key]"]],
    [
      "Secret",
      { type: "kubernetes.io/dockerconfigjson", stringData: { ".dockerconfigjson": "{" } },
      ["data[.dockerconfigjson]"],
    ],
    ["Node", { spec: { podCIDR: "x" } }, ["spec.podCIDRs[0]"]],
    ["Node", { spec: { taints: [{ key: "a", effect: "Odd" }] } }, ["metadata.taints[0].effect"]],
    ["PersistentVolume", { spec: { ...volume, nfs: { server: "s", path: "/" } } }, ["spec.nfs"]],
    ["PersistentVolume", { spec: { ...volume, capacity: { cpu: "1" } } }, ["spec.capacity"]],
    [
      "PersistentVolume",
      {
        spec: {
          ...volume,
          hostPath: undefined,
          iscsi: { targetPortal: "p".repeat(63), iqn: "odd", lun: 256, initiatorName: "odd", secretRef: {} },
        },
      },
      [
        "spec.iscsi.targetportal",
        "spec.iscsi.iqn",
        "spec.iscsi.lun",
        "spec.iscsi.secretRef.name",
        "spec.iscsi.initiatorname",
      ],
    ],
    ["PersistentVolumeClaim", { spec: { ...claim, accessModes: [] } }, ["spec.accessModes"]],
    ["PersistentVolumeClaim", { spec: { ...claim, resources: {} } }, ["spec.resources[storage]"]],
    ["Endpoints", { subsets: [{ addresses: [{ ip: "127.0.0.1" }] }] }, ["subsets[0].addresses[0].ip"]],
    [
      "LimitRange",
      { spec: { limits: [{ type: "Pod", min: { cpu: "2" }, max: { cpu: "1" } }] } },
      ["spec.limits[0].min[cpu]"],
    ],
    ["ResourceQuota", { spec: { hard: { pods: "1.5" } } }, ["spec.hard[pods]"]],
    ["ResourceQuota", { spec: { hard: { services: "1" }, scopes: ["BestEffort"] } }, ["spec.scopes"]],
    ["ReplicationController", { spec: { replicas: -1 } }, ["spec.selector", "spec.replicas", "spec.template"]],
    [
      "ReplicationController",
      { spec: { selector: { a: "b" }, template: { spec: { ...pod, activeDeadlineSeconds: 1 } } } },
      ["spec.template.metadata.labels", "spec.template.spec.activeDeadlineSeconds"],
    ],
    ["Namespace", { spec: { finalizers: ["odd"] } }, ["spec.finalizers"]],
    ["Binding", { target: { kind: "Pod" } }, ["target.kind", "target.name"]],
  ])("a %s of %j is invalid at %j", (kind, part, paths) => {
    expect(errorsOf(kind, part).map((error) => error.slice(0, error.indexOf(": ")))).toEqual(paths);
  });

  it.each<[string, object]>([
    ["PersistentVolume", { spec: volume }],
    ["PersistentVolumeClaim", { spec: claim }],
    ["LimitRange", { spec: { limits: [{ type: "Container", max: { cpu: "1" }, min: { cpu: "100m" } }] } }],
    ["ResourceQuota", { spec: { hard: { "requests.cpu": "1", "count/jobs.batch": "2" } } }],
    ["Node", { spec: { podCIDR: "10.0.0.0/24" } }],
  ])("not %s %j", (kind, part) => expect(errorsOf(kind, part)).toEqual([]));
});

describe("warnings of core kinds", () => {
  it.each<[string, object, string[]]>([
    [
      "ServiceAccount",
      { metadata: { annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } } },
      [
        "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets",
      ],
    ],
    [
      "ReplicationController",
      { metadata: { name: "a.b" } },
      [
        expect.stringMatching(
          /^metadata.name: this is used in Pod names and hostnames, .* a DNS label is recommended: \[must not contain dots\]$/,
        ),
      ],
    ],
    [
      "Endpoints",
      { subsets: [{ notReadyAddresses: [{ ip: "FD00::1" }] }] },
      ['subsets[0].notReadyAddresses[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")'],
    ],
    [
      "Service",
      { spec: { type: "NodePort", externalIPs: ["01.2.3.4"], externalName: "a", trafficDistribution: "PreferClose" } },
      [
        'spec.externalIPs[0]: non-standard IP address "01.2.3.4" is invalid: use "1.2.3.4"',
        "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
        'spec.externalName is ignored when spec.type is not "ExternalName"',
        'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
      ],
    ],
    [
      "Service",
      { spec: { clusterIPs: ["None"], externalIPs: ["1.2.3.4"], sessionAffinity: "None" } },
      ["spec.externalIPs is ignored for headless services"],
    ],
    [
      "Node",
      { spec: { podCIDR: "10.0.0.1/24", externalID: "a" } },
      [
        "spec.externalID: this field is deprecated, and is unused by Kubernetes",
        'spec.podCIDRs[0]: CIDR value "10.0.0.1/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.1/32"?)',
      ],
    ],
    [
      "ResourceQuota",
      { spec: { hard: { cpu: "2", "limits.cpu": "1500m", "requests.storage": "1", "limits.storage": "1" } } },
      ["ResourceQuota cpu (2) should be less than limits.cpu (1500m)"],
    ],
    [
      "Secret",
      { type: "kubernetes.io/tls", data: { "tls.crt": "", "tls.key": "" } },
      ["tls: failed to find any PEM data in certificate input"],
    ],
    [
      "Pod",
      {
        spec: {
          containers: [],
          affinity: {
            nodeAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 1, preference: { matchExpressions: [{ key: "k", operator: "In", values: ["ok", "a/b"] }] } },
              ],
            },
          },
        },
      },
      [expect.stringMatching(/preference\.matchExpressions\[0\]\.values\[1\]: a\/b is invalid, a valid label must/)],
    ],
  ])("a %s of %j gets the warnings %j", (kind, part, warnings) => {
    expect(kindOf(kind).warnings?.(decoded(kind, part))).toEqual(warnings);
  });

  it.each<[string, object, string]>([
    ["Pod", { podIPs: [{ ip: "10.0.0.1" }, { ip: "FD00::1" }] }, "status.podIPs[1].ip"],
    ["Pod", { hostIPs: [{ ip: "FD00::1" }] }, "status.hostIPs[0].ip"],
    [
      "Service",
      { loadBalancer: { ingress: [{ hostname: "a" }, { ip: "FD00::1" }] } },
      "status.loadBalancer.ingress[1]",
    ],
  ])("the status of a %s of %j gets a warning about %s", (kind, status, path) => {
    const object = { ...decoded(kind, {}), status };
    expect(kindOf(kind).status?.warnings?.(object)).toEqual([
      `${path}: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")`,
    ]);
  });
});

describe("defaults of core kinds", () => {
  it.each<[string, object, object]>([
    ["Secret", { stringData: { a: "é" } }, { type: "Opaque", data: { a: "w6k=" } }],
    ["Namespace", {}, { metadata: { labels: { "kubernetes.io/metadata.name": "x" } }, status: { phase: "Active" } }],
    ["Node", { status: { capacity: { cpu: "2" } } }, { status: { allocatable: { cpu: "2" } } }],
    [
      "LimitRange",
      { spec: { limits: [{ type: "Container", max: { cpu: "1" }, min: { cpu: "100m" } }] } },
      { spec: { limits: [{ default: { cpu: "1" }, defaultRequest: { cpu: "1" } }] } },
    ],
    ["PersistentVolumeClaim", { spec: claim }, { spec: { volumeMode: "Filesystem" }, status: { phase: "Pending" } }],
  ])("a %s of %j is stored with %j", (kind, part, expected) => {
    const once = decoded(kind, part);
    expect(once).toMatchObject(expected);
    expect(decoded(kind, once)).toEqual(once);
  });
});

describe("immutable fields of core kinds", () => {
  const updateErrors = (kind: string, next: object, old: object) =>
    kindOf(kind)
      .validateUpdate?.(decoded(kind, next), decoded(kind, old))
      .map(({ path }) => path);

  it.each<[string, object, object, string[]]>([
    ["ConfigMap", { data: { a: "2" } }, { immutable: true, data: { a: "1" } }, ["immutable", "data"]],
    ["Secret", { type: "a" }, { type: "b" }, ["type"]],
    [
      "PersistentVolume",
      { spec: { ...volume, hostPath: { path: "/y" } } },
      { spec: volume },
      ["spec.persistentvolumesource"],
    ],
    [
      "PersistentVolume",
      { spec: { ...volume, nodeAffinity: zone("failure-domain.beta.kubernetes.io/zone", "a") } },
      { spec: { ...volume, nodeAffinity: zone("topology.kubernetes.io/zone", "a") } },
      ["nodeAffinity"],
    ],
    [
      "PersistentVolume",
      { spec: { ...volume, nodeAffinity: zone("topology.kubernetes.io/zone", "a") } },
      { spec: { ...volume, nodeAffinity: zone("failure-domain.beta.kubernetes.io/zone", "a") } },
      [],
    ],
    ["PersistentVolumeClaim", { spec: { ...claim, accessModes: ["ReadWriteMany"] } }, { spec: claim }, ["spec"]],
    ["Node", { spec: { providerID: "b" } }, { spec: { providerID: "a" } }, ["spec.providerID"]],
    [
      "Node",
      { spec: { taints: [{ key: "a", effect: "Odd" }] }, status: { capacity: { pods: "1.5" } } },
      {},
      ["status.capacity.pods", "status.allocatable.pods", "metadata.taints[0].effect"],
    ],
    ["ResourceQuota", { spec: { scopes: ["BestEffort"] } }, {}, ["spec.scopes"]],
  ])("a %s may become %j from %j, except for %j", (kind, next, old, paths) =>
    expect(updateErrors(kind, next, old)).toEqual(paths),
  );

  it("a bound claim can grow, but not shrink below its volume's capacity", () => {
    const bound = (storage: string) => ({
      spec: { ...claim, volumeName: "v", resources: { requests: { storage } } },
      status: { phase: "Bound", capacity: { storage: "1Gi" } },
    });
    expect(updateErrors("PersistentVolumeClaim", bound("2Gi"), bound("1Gi"))).toEqual([]);
    expect(updateErrors("PersistentVolumeClaim", bound("512Mi"), bound("1Gi"))).toEqual([
      "spec.resources.requests.storage",
    ]);
  });
});
