import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Container } from "../../api/generated/core.v1.ts";
import { FakeDevicePlugin } from "../../test/fakes/node/fake-device-plugin.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { DeviceManager } from "./device-manager.ts";
import { DevicePlugins } from "./device-plugins.ts";
import { findGpus } from "./machine-gpus.ts";

const WIDGET = "example.com/widget";
const asking = (name: string, count: number): Container => ({
  name,
  resources: { limits: { [WIDGET]: String(count) } },
});

describe("a device plugin", () => {
  let directory: string;
  let plugins: DevicePlugins;
  let plugin: FakeDevicePlugin;
  let manager: DeviceManager;
  const managerOf = () =>
    new DeviceManager({ file: join(directory, "devices.json"), sources: () => plugins.sources, resources: new Set() });
  const amounts = () => manager.amounts.get(WIDGET);

  beforeEach(async () => {
    directory = temporaryDirectory();
    plugins = new DevicePlugins({ directory, onChange: () => {}, log: { info() {}, warn() {} } });
    await plugins.open();
    plugin = await FakeDevicePlugin.start(directory, WIDGET, { a: true, b: true, c: false });
    manager = managerOf();
    await expect.poll(amounts).toEqual({ capacity: 3, allocatable: 2 });
  });
  afterEach(() => {
    plugin.stop();
    plugins.close();
    rmSync(directory, { recursive: true });
  });

  test("AGENT-DEVICES-CAPACITY: determines the node's capacity, and updates it", async () => {
    plugin.set({ a: true, b: true, c: true, d: true });
    await expect.poll(amounts).toEqual({ capacity: 4, allocatable: 4 });
    plugin.stop();
    await expect.poll(amounts).toEqual({ capacity: 4, allocatable: 0 });
  });

  test("AGENT-DEVICES-HEALTH: reports the health of a container's devices", async () => {
    await manager.give("pod-1", asking("c", 2));
    const reported = () => manager.healthOf("pod-1", asking("c", 2));
    const devices = (a: string, b: string) => [
      { name: WIDGET, resources: [a, b].map((health, i) => ({ resourceID: "ab"[i], health })) },
    ];
    expect(reported()).toEqual(devices("Healthy", "Healthy"));
    expect(manager.healthOf("pod-1", asking("d", 2))).toEqual([]);
    plugin.set({ b: false, a: true });
    await expect.poll(reported).toEqual(devices("Healthy", "Unhealthy"));
    plugin.stop();
    await expect.poll(reported).toEqual(devices("Unhealthy", "Unhealthy"));
    // A restarted agent has not heard of it.
    const nobody = new DeviceManager({
      file: join(directory, "devices.json"),
      sources: () => new Map(),
      resources: new Set(),
    });
    expect(nobody.healthOf("pod-1", asking("c", 2))).toEqual(devices("Unknown", "Unknown"));
  });

  test("AGENT-POD-RESOURCES: a container's devices are known with the NUMA nodes that the plugin reports", async () => {
    plugin.nearNode1 = "b";
    plugin.set({ a: true, b: true });
    await expect.poll(() => manager.all.at(-1)?.numaNodes).toEqual([1]);
    await manager.give("pod-1", asking("c", 2));
    const held = () => manager.heldBy("pod-1", { name: "c" });
    const b = { resource: WIDGET, id: "b", numaNodes: [1] };
    expect(held()).toEqual([
      { resource: WIDGET, id: "a", healthy: true },
      { ...b, healthy: true },
    ]);
    expect(manager.heldBy("pod-1", { name: "d" })).toEqual([]);
    plugin.set({ b: true });
    await expect.poll(held).toEqual([
      { resource: WIDGET, id: "a", healthy: false },
      { ...b, healthy: true },
    ]);
  });

  test("AGENT-DEVICES-SET: no device is given to two containers, and a restarted container keeps its own", async () => {
    const [one, other] = await Promise.all([
      manager.give("pod-1", asking("c", 1)),
      manager.give("pod-2", asking("c", 1)),
    ]);
    expect([one.env.WIDGETS, other.env.WIDGETS].sort()).toEqual(["a", "b"]);
    expect(one.devices).toEqual([{ containerPath: "/dev/widget", hostPath: "/dev/null", permissions: "rw" }]);
    const none = "requested number of devices unavailable for example.com/widget. Requested: 1, Available: 0";
    await expect(manager.give("pod-3", asking("c", 1))).rejects.toThrow(none);
    expect(await manager.give("pod-1", asking("c", 1))).toEqual(one);
    expect(plugin.allocated).toHaveLength(2);
  });

  test("AGENT-DEVICES-SET: a restarted agent remembers the devices of each container", async () => {
    const before = await manager.give("pod-1", asking("c", 2));
    const restarted = managerOf();
    expect(await restarted.give("pod-1", asking("c", 2))).toEqual(before);
    await expect(restarted.give("pod-2", asking("c", 1))).rejects.toThrow("Available: 0");
    // It went away while no agent was running.
    expect(restarted.uids).toEqual(["pod-1"]);
    restarted.free("pod-1");
    expect((await restarted.give("pod-2", asking("c", 1))).env.WIDGETS).toBe("a");
  });

  test("AGENT-DEVICES-SET: containers keep their devices after the plugin is gone, and it is not called for containers that request none", async () => {
    const before = await manager.give("pod-1", asking("c", 1));
    const nobody = new DeviceManager({
      file: join(directory, "devices.json"),
      sources: () => new Map(),
      resources: new Set(),
    });
    expect(await nobody.give("pod-1", asking("c", 1))).toEqual(before);
    expect((await nobody.give("pod-1", asking("d", 1))).devices).toEqual([]);
    expect((await manager.give("pod-1", asking("d", 0))).devices).toEqual([]);
    expect(plugin.allocated).toHaveLength(1);
  });

  test("AGENT-DEVICES-SET: without its plugin a pod that requests a device is refused, and starts nowhere without it", async () => {
    const file = join(directory, "devices.json");
    const nobody = new DeviceManager({ file, sources: () => new Map(), resources: new Set([WIDGET]) });
    const setAside = (count: number) =>
      nobody.setAside({ metadata: { uid: "pod-1" }, spec: { containers: [asking("c", count)] }, status: {} });
    await expect(setAside(1)).rejects.toThrow("Requested: 1, Available: 0");
    await setAside(0);
    expect(nobody.uids).toEqual([]);
  });

  test("AGENT-DEVICES-SET: devices of an init container are reused by the pod's later containers", async () => {
    const setAside = (uid: string, count: number) =>
      manager.setAside({
        metadata: { uid },
        spec: { initContainers: [asking("i", 2)], containers: [asking("c", count), asking("d", 1)] },
        status: {},
      });
    await setAside("pod-1", 1);
    const [i, c, d] = await Promise.all(
      [asking("i", 2), asking("c", 1), asking("d", 1)].map((container) => manager.give("pod-1", container)),
    );
    expect(i?.env.WIDGETS?.split(",").sort()).toEqual(["a", "b"]);
    expect([c?.env.WIDGETS, d?.env.WIDGETS].sort()).toEqual(["a", "b"]);
    await expect(setAside("pod-2", 1)).rejects.toThrow("Requested: 2, Available: 0");
  });

  test("AGENT-DRA-EXTENDED: a pod whose devices come from a claim needs none from the plugin", async () => {
    const mapping = { containerName: "c", resourceName: WIDGET, requestName: "r" };
    const extendedResourceClaimStatus = { resourceClaimName: "x", requestMappings: [mapping] };
    const pod = { metadata: { uid: "pod-1" }, spec: { containers: [asking("c", 9)] }, status: {} };
    await expect(manager.setAside(pod)).rejects.toThrow("Requested: 9");
    await manager.setAside({ ...pod, status: { extendedResourceClaimStatus } });
    expect(manager.uids).toEqual([]);
  });

  test("AGENT-DEVICES-SET: a plugin's preferred allocation is requested only if the init containers' devices do not suffice", async () => {
    const requests: unknown[] = [];
    const none = { mounts: [], devices: [], annotations: {}, cdiDevices: [] };
    const source = {
      devices: ["x", "a", "b"].map((id) => ({ id, healthy: true })),
      prefer: async (free: readonly string[], count: number) => {
        requests.push([...free, count]);
        return count === 2 ? ["a", "b"] : [];
      },
      grant: async (ids: readonly string[]) => ({ ...none, env: { WIDGETS: ids.join(",") } }),
      beforeStart: async () => {},
    };
    const sources = () => new Map([[WIDGET, source]]);
    const given = async (pod: string, count: number) => {
      const file = join(directory, `${pod}.json`);
      const own = new DeviceManager({ file, sources, resources: new Set() });
      requests.length = 0;
      const spec = { initContainers: [asking("i", 2)], containers: [asking("c", count)] };
      await own.setAside({ metadata: { uid: pod }, spec, status: {} });
      return [(await own.give(pod, asking("c", count))).env.WIDGETS, ...requests];
    };
    const ofInit = ["x", "a", "b", 2];
    expect(await given("pod-1", 1)).toEqual(["a", ofInit]);
    expect(await given("pod-2", 2)).toEqual(["a,b", ofInit]);
    expect(await given("pod-3", 3)).toEqual(["a,b,x", ofInit, ["a", "b", "x", 3]]);
  });

  test("a container without a request gets no devices", async () => {
    expect((await manager.give("pod-1", { name: "c" })).devices).toEqual([]);
    expect((await manager.give("pod-1", { name: "c", resources: { limits: { cpu: "1" } } })).devices).toEqual([]);
  });

  test("a plugin for a name that is not an extended resource is refused", async () => {
    await expect(FakeDevicePlugin.start(directory, "cpu", {})).rejects.toThrow("no extended resource: cpu");
  });
});

describe("AGENT-DEVICES-GPU: the machine's own GPUs", () => {
  const machine = {
    nvidiaSmi: async () => "GPU-1f0e, 0\nGPU-2a3b, 1\n",
    renderNodes: () => [
      { name: "renderD128", vendor: "0x1002" },
      { name: "renderD129", vendor: "0x10de" },
    ],
    exists: (path: string) => path !== "/dev/nvidia-modeset",
  };

  test("are found and counted by vendor", async () => {
    const found = await findGpus(machine);
    expect([...found].map(([resource, { devices }]) => [resource, devices.map(({ id }) => id)])).toEqual([
      ["nvidia.com/gpu", ["GPU-1f0e", "GPU-2a3b"]],
      ["amd.com/gpu", ["renderD128"]],
    ]);
    expect([
      ...(await findGpus({ ...machine, nvidiaSmi: async () => undefined, renderNodes: () => [] })).keys(),
    ]).toEqual([]);
  });

  test("are granted with their own device files only", async () => {
    const found = await findGpus(machine);
    const { env, devices } = (await found.get("nvidia.com/gpu")?.grant(["GPU-2a3b"])) ?? { devices: [] };
    expect(env).toEqual({ NVIDIA_VISIBLE_DEVICES: "GPU-2a3b" });
    const files = ["/dev/nvidia1", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"];
    expect(devices.map(({ hostPath }) => hostPath)).toEqual(files);
    const amd = await found.get("amd.com/gpu")?.grant(["renderD128"]);
    expect(amd?.devices.map(({ hostPath }) => hostPath)).toEqual(["/dev/dri/renderD128", "/dev/kfd"]);
  });
});
