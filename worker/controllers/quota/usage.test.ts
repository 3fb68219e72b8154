import { describe, expect, it } from "vitest";
import type { PersistentVolumeClaim, Pod, ResourceQuotaSpec, Service } from "../../../api/generated/core.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { usageChangesAt, usageOf } from "./usage.ts";

const pod = (spec: Partial<Pod["spec"]> = {}, status: Pod["status"] = {}): Pod => ({
  metadata: { name: "p" },
  spec: { containers: [{ name: "c", image: "i" }], ...spec },
  status,
});
const asking = (requests: Record<string, string>, extra = {}) => ({
  name: "c",
  image: "i",
  resources: { requests },
  ...extra,
});
const service = (spec: Service["spec"]): Service => ({ metadata: { name: "s" }, spec, status: {} });
const claim = (storage: string, storageClassName: string): PersistentVolumeClaim => ({
  metadata: { name: "c" },
  spec: { storageClassName, resources: { requests: { storage } } },
  status: {},
});

const used = (spec: ResourceQuotaSpec, objects: Record<string, readonly KubeObject[]>) =>
  usageOf(spec, (resource) => (objects[resource] ?? []) as never, 0);
const hard = (...names: string[]) => ({ hard: Object.fromEntries(names.map((name) => [name, "9"])) });

it("CTL-QUOTA-LOST: a pod ceases to count when its grace period has been over for as long again, and that time is known", () => {
  const deletionTimestamp = "1970-01-01T00:00:30Z";
  const lost = { ...pod(), metadata: { name: "p", deletionTimestamp, deletionGracePeriodSeconds: 30 } };
  const pods = (now: number) => usageOf(hard("pods"), () => [lost] as never, now).pods;
  expect([60_000, 60_001].map(pods)).toEqual(["1", "0"]);
  expect(usageChangesAt(hard("pods"), [pod(), lost], 0)).toBe(60_001);
  expect(usageChangesAt(hard("pods"), [pod(), lost], 60_001)).toBeUndefined();
  expect(usageChangesAt(hard("secrets"), [lost], 0)).toBeUndefined();
});

describe("quota usage", () => {
  it("CTL-QUOTA-DEVICES: counts devices by class, assuming the most expensive alternative", () => {
    const claims = [
      { exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 2 } },
      { exactly: { deviceClassName: "nic", allocationMode: "All" } },
      {
        firstAvailable: [
          { name: "a", deviceClassName: "gpu", count: 3 },
          { name: "b", deviceClassName: "gpu" },
          { name: "c", deviceClassName: "nic" },
        ],
      },
    ];
    const claim = { metadata: {}, spec: { devices: { requests: claims } } } as KubeObject;
    const names = ["gpu", "nic", "fpga"].map((name) => `${name}.deviceclass.resource.k8s.io/devices`);
    expect(used(hard(...names), { "resourceclaims.resource.k8s.io": [claim] })).toEqual({
      "fpga.deviceclass.resource.k8s.io/devices": "0",
      "gpu.deviceclass.resource.k8s.io/devices": "5",
      "nic.deviceclass.resource.k8s.io/devices": "33",
    });
  });

  it("CTL-QUOTA-DEVICES: counts devices as extended resources, beyond what their pod is already charged", () => {
    const request = (deviceClassName: string, count: number) => ({
      exactly: { deviceClassName, allocationMode: "ExactCount", count },
    });
    const claim = (name: string, requests: object[], metadata: object = {}) =>
      ({
        metadata: { name, creationTimestamp: "2026-01-01T00:00:00Z", ...metadata },
        spec: { devices: { requests } },
      }) as KubeObject;
    const annotations = { "resource.kubernetes.io/extended-resource-claim": "true" };
    const owned = (podName: string) => ({
      annotations,
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: podName, uid: podName, controller: true }],
    });
    const pod = (name: string, count: string, resourceClaimName?: string) =>
      ({
        metadata: { name, uid: name },
        spec: { containers: [{ name: "c", resources: { requests: { "a.b/gpu": count } } }] },
        status: resourceClaimName ? { extendedResourceClaimStatus: { resourceClaimName } } : {},
      }) as KubeObject;
    const classes = [
      { metadata: { name: "gpu", creationTimestamp: "" }, spec: { extendedResourceName: "a.b/gpu" } },
      { metadata: { name: "nic", creationTimestamp: "" }, spec: {} },
    ] as unknown as KubeObject[];
    const names = ["a.b/gpu", "deviceclass.resource.kubernetes.io/gpu", "deviceclass.resource.kubernetes.io/nic"];
    const usage = (claims: KubeObject[], pods: KubeObject[] = []) =>
      Object.values(
        used(hard(...names.map((name) => `requests.${name}`)), {
          "deviceclasses.resource.k8s.io": classes,
          "resourceclaims.resource.k8s.io": claims,
          pods,
        }),
      );
    expect(usage([claim("c", [request("gpu", 2), request("nic", 1)])])).toEqual(["2", "2", "1"]);
    // Its pod requests two under the one name, and none under the other.
    expect(usage([claim("c", [request("gpu", 2)], owned("p"))], [pod("p", "2")])).toEqual(["2", "2", "0"]);
    expect(usage([claim("c", [request("gpu", 3)], owned("p"))], [pod("p", "2", "c")])).toEqual(["3", "3", "0"]);
    // It claims so, but it is not true.
    expect(usage([claim("c", [request("gpu", 2)], owned("p"))], [pod("p", "2", "other")])).toEqual(["4", "2", "0"]);
    const two = ["c", "d"].map((name) => claim(name, [request("gpu", 2)], owned("p")));
    expect(usage(two, [pod("p", "2")])).toEqual(["4", "4", "0"]);
  });

  it.each<[operator: string, values: string[] | undefined, count: string]>([
    ["Exists", undefined, "2"],
    ["DoesNotExist", undefined, "1"],
    ["In", ["gold"], "1"],
    ["In", ["silver"], "2"],
    ["NotIn", ["gold"], "3"],
  ])(
    "CTL-QUOTA-CLAIMS: scopes claims by their current or requested attributes class: %s %j",
    (operator, values, count) => {
      const base = claim("1Gi", "slow");
      const persistentvolumeclaims = [
        base,
        { ...base, spec: { ...base.spec, volumeAttributesClassName: "silver" } },
        {
          ...base,
          spec: { ...base.spec, volumeAttributesClassName: "silver" },
          status: { currentVolumeAttributesClassName: "gold" },
        },
      ];
      const matchExpressions = [{ scopeName: "VolumeAttributesClass", operator, ...(values && { values }) }];
      const spec = { ...hard("persistentvolumeclaims"), scopeSelector: { matchExpressions } };
      expect(used(spec, { persistentvolumeclaims })).toEqual({ persistentvolumeclaims: count });
    },
  );

  it("CTL-QUOTA-CLAIMS: counts the larger of a claim's request and allocation, in whole bytes", () => {
    const grown = { ...claim("1Gi", "slow"), status: { allocatedResources: { storage: "2Gi" } } };
    const shrunk = { ...claim("2Gi", "slow"), status: { allocatedResources: { storage: "1Gi" } } };
    const persistentvolumeclaims = [grown, shrunk, claim("1500m", "slow")];
    expect(used(hard("requests.storage"), { persistentvolumeclaims })).toEqual({ "requests.storage": "4294967298" });
  });

  it("counts unfinished pods and their requests", () => {
    const pods = [pod({ containers: [asking({ cpu: "600m" })] }), pod({}, { phase: "Succeeded" })];
    expect(used(hard("pods", "requests.cpu", "cpu", "memory", "count/pods"), { pods })).toEqual({
      "count/pods": "2",
      cpu: "600m",
      memory: "0",
      pods: "1",
      "requests.cpu": "600m",
    });
  });

  it("CTL-QUOTA-SERVED: omits a resource that no API serves", () => {
    const spec = hard("count/widgets.example.com", "count/jobs.batch");
    const list = (resource: string) => (resource === "jobs.batch" ? [] : undefined);
    expect(usageOf(spec, list, 0)).toEqual({ "count/jobs.batch": "0" });
  });

  it("CTL-QUOTA-SERVED: does not count events, in either group", () => {
    expect(usageOf(hard("count/events", "count/events.events.k8s.io"), () => [], 0)).toEqual({});
  });

  it.each<[ResourceQuotaSpec, number]>([
    [{ scopes: ["BestEffort"] }, 2],
    [{ scopes: ["NotBestEffort"] }, 1],
    [{ scopes: ["Terminating"] }, 1],
    [{ scopes: ["NotTerminating"] }, 2],
    [{ scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] } }, 1],
    [{ scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "DoesNotExist" }] } }, 2],
    [{ scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "NotIn", values: ["high"] }] } }, 2],
    [{ scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "NotIn", values: ["low"] }] } }, 3],
    [{ scopes: ["PriorityClass"] }, 1],
    [{ scopes: ["VolumeAttributesClass"] }, 0],
  ])("counts only pods within the scopes %j", (scope, count) => {
    const pods = [
      pod(),
      pod({ activeDeadlineSeconds: 5, containers: [asking({ cpu: "1m" })] }),
      pod({ priorityClassName: "high" }),
    ];
    expect(used({ ...hard("pods"), ...scope }, { pods })).toEqual({ pods: String(count) });
  });

  it("counts node ports, load balancers, and storage by class", () => {
    const services = [
      service({ type: "NodePort", ports: [{ port: 80 }, { port: 81 }] }),
      service({ type: "LoadBalancer", ports: [{ port: 80 }] }),
      service({
        type: "LoadBalancer",
        allocateLoadBalancerNodePorts: false,
        ports: [{ port: 80 }, { port: 81, nodePort: 30_000 }],
      }),
      service({ type: "ClusterIP", ports: [{ port: 80 }] }),
    ];
    const persistentvolumeclaims = [claim("2Gi", "slow"), claim("1Gi", "fast"), claim("4Gi", "")];
    const names = [
      "persistentvolumeclaims",
      "slow.storageclass.storage.k8s.io/persistentvolumeclaims",
      "services",
      "services.nodeports",
      "services.loadbalancers",
      "requests.storage",
      "slow.storageclass.storage.k8s.io/requests.storage",
    ];
    expect(used(hard(...names), { services, persistentvolumeclaims })).toEqual({
      persistentvolumeclaims: "3",
      "slow.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
      "requests.storage": "7Gi",
      services: "4",
      "services.loadbalancers": "2",
      "services.nodeports": "4",
      "slow.storageclass.storage.k8s.io/requests.storage": "2Gi",
    });
  });
});
