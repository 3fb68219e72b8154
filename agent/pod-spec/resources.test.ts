import { describe, expect, it } from "vitest";
import type { Container, PodSpec } from "../../api/generated/core.v1.ts";
import { podOf } from "../../test/fakes/node/pod-of.ts";
import { cgroupParent } from "../pod/pod-cgroup.ts";
import { containerResources, podLimits } from "./resources.ts";

const container = (requests: Record<string, string>, limits: Record<string, string> = {}): Container => ({
  name: "c",
  resources: { requests, limits },
});

describe("resources of a container", () => {
  it.each([
    [container({ cpu: "100m" }), { cpuShares: 102, cpuQuota: 0, memoryLimit: 0 }],
    [container({}, { cpu: "500m", memory: "64Mi" }), { cpuShares: 512, cpuQuota: 50_000, memoryLimit: 67_108_864 }],
    [container({ cpu: "0" }, { cpu: "1m" }), { cpuShares: 2, cpuQuota: 1000 }],
    [container({ cpu: "1000" }), { cpuShares: 262_144 }],
  ])("match the kubelet's (%#)", (one, wanted) =>
    expect(containerResources(podOf({ containers: [one] }), one, 1e9)).toMatchObject(wanted),
  );
});

describe("a container without a limit", () => {
  it("has the limit of its pod", () => {
    const [own, none] = [container({}, { cpu: "100m", memory: "1Mi" }), container({})];
    const pod = podOf({ containers: [own, none], resources: { limits: { cpu: "1", memory: "4Mi" } } });
    expect(containerResources(pod, own, 1e9)).toMatchObject({ cpuQuota: 10_000, memoryLimit: 1_048_576 });
    expect(containerResources(pod, none, 1e9)).toMatchObject({
      cpuShares: 1024,
      cpuQuota: 100_000,
      memoryLimit: 4_194_304,
    });
  });
});

describe("the OOM score of a container", () => {
  const scoreOf = (spec: Partial<PodSpec>, one: Container) => containerResources(podOf(spec), one, 1000).oomScoreAdj;
  const [some, more] = [container({ memory: "100" }), container({ memory: "300" })];
  const full = container({ cpu: "1", memory: "10" }, { cpu: "1", memory: "10" });
  const sidecar = { ...container({ memory: "50" }), name: "s", restartPolicy: "Always" };

  it.each([
    [{ containers: [container({})] }, container({}), 1000],
    [{ containers: [full] }, full, -997],
    [{ containers: [container({})], priorityClassName: "system-node-critical" }, container({}), -997],
    [{ containers: [some, more] }, some, 900],
    [{ containers: [some, more] }, more, 700],
    [{ containers: [container({ cpu: "1" })] }, container({ cpu: "1" }), 999],
    [{ containers: [container({ memory: "5000" })] }, container({ memory: "5000" }), 3],
    // 400 that belong to no container in particular, shared by two.
    [{ containers: [some, container({})], resources: { requests: { memory: "500" } } }, some, 700],
    [{ containers: [some, container({})], resources: { requests: { memory: "500" } } }, container({}), 800],
    [{ containers: [some, more], initContainers: [sidecar] }, sidecar, 900],
    [
      { containers: [some], initContainers: [{ ...sidecar, resources: more.resources }] },
      { ...sidecar, ...more, name: "s" },
      700,
    ],
  ])("depends on its requests and its pod (%#)", (spec, one, score) =>
    expect(scoreOf(spec as Partial<PodSpec>, one as Container)).toBe(score),
  );
});

describe("limits of a pod", () => {
  it("apply only if every container has one", () => {
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

  it("are those of pod-level resources, if set", () => {
    const spec = { containers: [container({})], resources: { requests: { cpu: "1" }, limits: { memory: "1Mi" } } };
    expect(podLimits(podOf(spec))).toMatchObject({ cpuShares: 1024, cpuQuota: 0, memoryLimit: 1_048_576 });
  });
});

describe("AGENT-CGROUP: the cgroup of a pod", () => {
  it("is a path, or a systemd slice with escaped dashes", () => {
    expect(cgroupParent("a-b", "cgroupfs")).toBe("/kubepods/poda-b");
    expect(cgroupParent("a-b", "systemd")).toBe("kubepods-poda_b.slice");
  });
});
