import { describe, expect, it } from "vitest";
import type { Container, Pod, PodSpec } from "../../api/generated/core.v1.ts";
import { cgroupParent } from "./pod-cgroup.ts";
import { containerResources, podLimits } from "./resources.ts";

const podOf = (spec: Partial<PodSpec>): Pod => ({
  metadata: { namespace: "default", name: "p", uid: "u" },
  spec: { containers: [{ name: "c" }], ...spec },
  status: {},
});

const container = (requests: Record<string, string>, limits: Record<string, string> = {}): Container => ({
  name: "c",
  resources: { requests, limits },
});

describe("a container's limits", () => {
  it.each([
    [container({ cpu: "100m" }), { cpuShares: 102, cpuQuota: 0, memoryLimit: 0 }],
    [container({}, { cpu: "500m", memory: "64Mi" }), { cpuShares: 512, cpuQuota: 50_000, memoryLimit: 67_108_864 }],
    [container({ cpu: "0" }, { cpu: "1m" }), { cpuShares: 2, cpuQuota: 1000 }],
    [container({ cpu: "1000" }), { cpuShares: 262_144 }],
  ])("are the kubelet's (%#)", (one, wanted) =>
    expect(containerResources(podOf({ containers: [one] }), one, 1e9)).toMatchObject(wanted),
  );
});

describe("a pod's limits", () => {
  it("hold only where every container has one", () => {
    const limited = container({ cpu: "100m" }, { cpu: "200m", memory: "1Mi" });
    expect(podLimits(podOf({ containers: [limited, limited] }))).toMatchObject({
      cpuShares: 204,
      cpuQuota: 40_000,
      memoryLimit: 2_097_152,
    });
    expect(podLimits(podOf({ containers: [limited, container({ cpu: "100m" })] }))).toMatchObject({
      cpuQuota: 0,
      memoryLimit: 0,
    });
  });

  it("are its own where it has its own", () => {
    const spec = { containers: [container({})], resources: { requests: { cpu: "1" }, limits: { memory: "1Mi" } } };
    expect(podLimits(podOf(spec))).toMatchObject({ cpuShares: 1024, cpuQuota: 0, memoryLimit: 1_048_576 });
  });
});

describe("a pod's control group", () => {
  it("is a path, or a slice in whose name a dash is a step down", () => {
    expect(cgroupParent("a-b", "cgroupfs")).toBe("/kubepods/poda-b");
    expect(cgroupParent("a-b", "systemd")).toBe("kubepods-poda_b.slice");
  });
});
