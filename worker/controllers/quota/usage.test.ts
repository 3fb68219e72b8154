import { describe, expect, it } from "vitest";
import type { PersistentVolumeClaim, Pod, ResourceQuotaSpec, Service } from "../../../api/generated/core.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { inScopes, podAmounts } from "./pod-usage.ts";
import { usageOf } from "./usage.ts";

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

describe("quota usage", () => {
  it("counts pods that have not ended, and what they ask for", () => {
    const pods = [pod({ containers: [asking({ cpu: "600m" })] }), pod({}, { phase: "Succeeded" })];
    expect(used(hard("pods", "requests.cpu", "cpu", "memory", "count/pods"), { pods })).toEqual({
      "count/pods": "2",
      cpu: "600m",
      memory: "0",
      pods: "1",
      "requests.cpu": "600m",
    });
  });

  it("takes a pod's init containers at their peak, sidecars with it", () => {
    const spec = {
      initContainers: [asking({ cpu: "100m" }, { restartPolicy: "Always" }), asking({ cpu: "1" })],
      containers: [asking({ cpu: "300m" })],
    };
    expect(podAmounts(pod(spec), "requests")).toEqual({ cpu: "1100m" });
  });

  it.each<[what: string, spec: Partial<Pod["spec"]>, is: boolean]>([
    ["disk alone", { containers: [asking({ "ephemeral-storage": "1Gi" })] }, true],
    ["none of the processor", { containers: [asking({ cpu: "0" })] }, true],
    ["memory for the pod as a whole", { resources: { requests: { memory: "1Mi" } } }, false],
  ])("takes a pod that asks for %s by its quality of service", (_, spec, is) => {
    expect(inScopes(pod(spec), { scopes: ["BestEffort"] })).toBe(is);
    expect(inScopes(pod(spec), { scopes: ["NotBestEffort"] })).toBe(!is);
  });

  it.each<[ResourceQuotaSpec, number]>([
    [{ scopes: ["BestEffort"] }, 2],
    [{ scopes: ["NotBestEffort"] }, 1],
    [{ scopes: ["Terminating"] }, 1],
    [{ scopes: ["NotTerminating"] }, 2],
    [{ scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] } }, 1],
    [{ scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "DoesNotExist" }] } }, 2],
  ])("keeps to the scopes %j", (scope, count) => {
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
    ];
    const persistentvolumeclaims = [claim("2Gi", "slow"), claim("1Gi", "fast")];
    const names = [
      "services",
      "services.nodeports",
      "services.loadbalancers",
      "requests.storage",
      "slow.storageclass.storage.k8s.io/requests.storage",
    ];
    expect(used(hard(...names), { services, persistentvolumeclaims })).toEqual({
      "requests.storage": "3Gi",
      services: "2",
      "services.loadbalancers": "1",
      "services.nodeports": "3",
      "slow.storageclass.storage.k8s.io/requests.storage": "2Gi",
    });
  });
});
