import { spawnSync } from "node:child_process";
import { chownSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PersistentVolume, Pod } from "../../api/generated/core.v1.ts";
import type { CSIDriver, VolumeAttachment } from "../../api/generated/storage.v1.ts";
import { FakeCsiDriver } from "../../test/fakes/node/fake-csi-driver.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { namesIn } from "../files/names-in.ts";
import { type CsiDrivers, csiDrivers } from "./csi-drivers.ts";
import { driversOf } from "./csi-node-object.ts";
import { CsiVolumes } from "./csi-volumes.ts";
import { inlineVolume, persistentVolume } from "./wanted-volume.ts";

const NAME = "fake.csi.example.com";

const pod = (uid: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `pod-${uid}`, namespace: "ns", uid },
  spec: { containers: [], serviceAccountName: "sa" },
  status: {},
});

const volume: PersistentVolume = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "pv" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    csi: { driver: NAME, volumeHandle: "handle", volumeAttributes: { kind: "slow" } },
  },
  status: {},
};

let directory: string;
let drivers: CsiDrivers;
let driver: FakeCsiDriver;
let object: CSIDriver;
let attachment: VolumeAttachment | undefined;
let reported: number;
let volumes: CsiVolumes;

const volumesOf = () =>
  new CsiVolumes({
    directory,
    node: "n",
    drivers,
    sources: {
      driver: async () => object,
      attachment: async () => attachment,
      secret: async () => ({}),
      token: async (_, { audience }) => ({ token: `for ${audience}`, expiresAt: "2030-01-01T00:00:00Z" }),
    },
    onUse: async () => void reported++,
    log: { info() {}, warn() {} },
  });
const called = () => driver.calls.map(({ call }) => call);

beforeEach(async () => {
  directory = temporaryDirectory();
  object = {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSIDriver",
    metadata: { name: NAME },
    spec: { attachRequired: false },
  };
  attachment = undefined;
  reported = 0;
  drivers = csiDrivers({
    directory: join(directory, "plugins_registry"),
    onChange() {},
    log: { info() {}, warn() {} },
  });
  await drivers.open();
  driver = await FakeCsiDriver.start({ directory, name: NAME });
  await expect.poll(() => drivers.all.length, { timeout: 12_000 }).toBe(1);
  volumes = volumesOf();
});
afterEach(() => {
  volumes.close();
  driver.stop();
  drivers.close();
  rmSync(directory, { recursive: true });
});

test("AGENT-CSI: a registered driver is notified, and stays in the CSINode until its socket disappears", async () => {
  expect(await driver.registered).toEqual({ plugin_registered: true, error: "" });
  expect(driversOf(drivers.all)).toEqual([
    { name: NAME, nodeID: "fake-node", topologyKeys: ["topology.fake/rack"], allocatable: { count: 7 } },
  ]);
  driver.stop();
  await expect.poll(() => drivers.all.length, { timeout: 12_000 }).toBe(0);
});

test("AGENT-CSI: a driver that restarts on the same socket is registered again", async () => {
  driver.crash();
  driver = await FakeCsiDriver.start({ directory, name: NAME });
  expect(await driver.registered).toEqual({ plugin_registered: true, error: "" });
});

test("AGENT-CSI-STAGE: a volume is staged once, published for each pod, and torn down in reverse order", async () => {
  const one = await volumes.publish(pod("1"), persistentVolume(volume, false));
  expect(one).toBe(join(directory, "pods/1/volumes/kubernetes.io~csi/pv/mount"));
  await volumes.publish(pod("2"), persistentVolume(volume, true));
  expect(driver.calls.at(-1)).toMatchObject({ readonly: true, volume_context: { kind: "slow" } });
  await volumes.unpublish("1");
  expect(called().slice(-1)).toEqual(["NodeUnpublishVolume"]);
  // A new instance knows what there is.
  await volumesOf().unpublish("2");
  await expect.poll(() => called().slice(-2)).toEqual(["NodeUnpublishVolume", "NodeUnstageVolume"]);
  expect(existsSync(join(directory, "pods/1"))).toBe(false);
});

/** The driver comes back as one that mounts. */
async function restartMounting() {
  driver.stop();
  await expect.poll(() => drivers.all.length, { timeout: 12_000 }).toBe(0);
  driver = await FakeCsiDriver.start({ directory, name: NAME, mounts: true });
  await expect.poll(() => drivers.all.length, { timeout: 12_000 }).toBe(1);
}

const cannotMount = spawnSync("unshare", ["-m", "true"]).status !== 0;
test.skipIf(cannotMount)(
  "AGENT-CSI-RECORD: an agent completes volume operations that its killed predecessor left unfinished",
  async () => {
    await restartMounting();
    object = { ...object, spec: { attachRequired: false, fsGroupPolicy: "File" } };
    const grouped = { ...pod("1"), spec: { ...pod("1").spec, securityContext: { fsGroup: 1234 } } };
    const publish = () => volumesOf().publish(grouped, persistentVolume(volume, false));
    const target = await publish();
    await publish();
    expect(called().filter((call) => call === "NodePublishVolume")).toHaveLength(1);
    const record = join(dirname(target), "vol_data.json");
    writeFileSync(record, readFileSync(record, "utf8").replace(',"ready":true', ""));
    chownSync(join(target, "hello"), 0, 0);
    await publish();
    expect(statSync(join(target, "hello")).gid).toBe(1234);
    await volumes.unpublish("1");
  },
);

test.skipIf(cannotMount)(
  "AGENT-CSI-REPUBLISH: a volume of a driver with requiresRepublish is republished with new tokens, but staged once",
  async () => {
    await restartMounting();
    object = {
      ...object,
      spec: { attachRequired: false, requiresRepublish: true, tokenRequests: [{ audience: "v" }] },
    };
    const publish = () => volumes.publish(pod("1"), persistentVolume(volume, false));
    const target = await publish();
    expect(await publish()).toBe(target);
    expect(called()).toEqual(["NodeStageVolume", "NodePublishVolume"]);
    const next = volumes.republishAt("1") ?? 0;
    expect(next).toBeGreaterThan(performance.now() + 30_000);
    const clock = vi.spyOn(performance, "now").mockReturnValue(next);
    expect(await publish()).toBe(target);
    expect(called()).toEqual(["NodeStageVolume", "NodePublishVolume", "NodePublishVolume"]);
    expect(driver.calls.at(-1)?.volume_context).toHaveProperty(["csi.storage.k8s.io/serviceAccount.tokens"]);
    object = { ...object, spec: { attachRequired: false } };
    clock.mockReturnValue(volumes.republishAt("1") ?? 0);
    expect(await publish()).toBe(target);
    clock.mockRestore();
    expect([called().length, volumes.republishAt("1")]).toEqual([3, undefined]);
    await volumes.unpublish("1");
  },
);

test("AGENT-CSI-STAGE: a volume is staged only once attached, and in use until unstaged", async () => {
  object = { ...object, spec: { attachRequired: true } };
  const publish = () => volumes.publish(pod("1"), persistentVolume(volume, false));
  await expect(publish()).rejects.toThrow("volume handle is not attached yet");
  expect([volumes.inUse, reported, called()]).toEqual([[`kubernetes.io/csi/${NAME}^handle`], 1, []]);
  attachment = {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name: "a" },
    spec: { attacher: NAME, nodeName: "n", source: { persistentVolumeName: "pv" } },
    status: { attached: true, attachmentMetadata: { device: "/dev/x" } },
  };
  await publish();
  expect(driver.calls[0]).toMatchObject({ call: "NodeStageVolume", publish_context: { device: "/dev/x" } });
  await volumes.unpublish("1");
  await expect.poll(() => [volumes.inUse, reported]).toEqual([[], 3]);
});

test("AGENT-CSI-STAGE: a volume that waits for attachment is published without it if its driver stops requiring it", async () => {
  object = { ...object, spec: { attachRequired: true } };
  const publish = () => volumes.publish(pod("1"), persistentVolume(volume, false));
  await expect(publish()).rejects.toThrow("is not attached yet");
  const before = reported;
  object = { ...object, spec: { attachRequired: false } };
  await publish();
  expect([volumes.inUse, reported - before]).toEqual([[], 1]);
});

test("AGENT-CSI-UNSTAGE: pods do not wait for unstaging, which is retried until it succeeds, even after an agent restart", async () => {
  await volumes.publish(pod("1"), persistentVolume(volume, false));
  driver.failing = "NodeUnstageVolume";
  await volumes.unpublish("1");
  expect([existsSync(join(directory, "pods/1")), volumes.uids]).toEqual([false, []]);
  await expect.poll(() => called().filter((call) => call === "NodeUnstageVolume").length).toBeGreaterThan(1);
  volumes.close();
  driver.failing = undefined;
  const next = volumesOf();
  next.open();
  await expect.poll(() => namesIn(join(directory, "plugins/kubernetes.io/csi/.unstaging"))).toEqual([]);
  const requested = called().length;
  await next.publish(pod("2"), persistentVolume(volume, false));
  expect(called().slice(requested)).toEqual(["NodeStageVolume", "NodePublishVolume"]);
});

test("AGENT-CSI-UNSTAGE: a volume that could not be unstaged is staged again for the next pod, and stays staged for it", async () => {
  await volumes.publish(pod("1"), persistentVolume(volume, false));
  driver.failing = "NodeUnstageVolume";
  await volumes.unpublish("1");
  await expect.poll(() => called().at(-1)).toBe("NodeUnstageVolume");
  driver.failing = undefined;
  await volumes.publish(pod("2"), persistentVolume(volume, false));
  const requested = called().length;
  expect(called().slice(-2)).toEqual(["NodeStageVolume", "NodePublishVolume"]);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(called().length).toBe(requested);
});

test("AGENT-CSI-UNSTAGE: a volume that was certainly never staged is not unstaged", async () => {
  driver.failing = "NodeStageVolume";
  await expect(volumes.publish(pod("1"), persistentVolume(volume, false))).rejects.toThrow("NodeStageVolume fails");
  driver.failing = undefined;
  await volumes.unpublish("1");
  await expect.poll(called).toEqual(["NodeStageVolume", "NodeUnpublishVolume"]);
});

test("AGENT-CSI-STAGE: a driver's error is reported verbatim, and the call retried", async () => {
  driver.failing = "NodePublishVolume";
  await expect(volumes.publish(pod("1"), persistentVolume(volume, false))).rejects.toThrow(/^rpc error: .*lume fails$/);
  driver.failing = "NodeUnpublishVolume";
  await expect(volumes.unpublish("1")).rejects.toThrow("NodeUnpublishVolume fails");
  driver.failing = undefined;
  await volumes.unpublish("1");
  await volumes.unpublish("1");
  await expect.poll(() => called().filter((call) => call === "NodeUnstageVolume")).toHaveLength(1);
});

test("AGENT-CSI-STAGE: an inline volume is published without staging, and its driver receives the pod info", async () => {
  object = {
    ...object,
    spec: { podInfoOnMount: true, volumeLifecycleModes: ["Ephemeral"], tokenRequests: [{ audience: "vault" }] },
  };
  await volumes.publish(pod("1"), inlineVolume(pod("1"), { name: "inline", csi: { driver: NAME } }));
  expect(called()).toEqual(["NodePublishVolume"]);
  expect(driver.calls[0]?.volume_context).toEqual({
    "csi.storage.k8s.io/pod.name": "pod-1",
    "csi.storage.k8s.io/pod.namespace": "ns",
    "csi.storage.k8s.io/pod.uid": "1",
    "csi.storage.k8s.io/serviceAccount.name": "sa",
    "csi.storage.k8s.io/ephemeral": "true",
    "csi.storage.k8s.io/serviceAccount.tokens": JSON.stringify({
      vault: { token: "for vault", expirationTimestamp: "2030-01-01T00:00:00Z" },
    }),
  });
  object = { ...object, spec: { ...object.spec, podInfoOnMount: false, serviceAccountTokenInSecrets: true } };
  await volumes.publish(pod("2"), inlineVolume(pod("2"), { name: "inline", csi: { driver: NAME } }));
  expect(driver.calls[1]).toMatchObject({
    volume_context: {},
    secrets: { "csi.storage.k8s.io/serviceAccount.tokens": expect.stringContaining("for vault") },
  });
  const refused = volumes.publish(pod("1"), persistentVolume(volume, false));
  await expect(refused).rejects.toThrow(`volume mode "Persistent" not supported by driver ${NAME}`);
});

test("a volume of an unregistered driver is rejected, and the driver named", async () => {
  const other = { ...volume, spec: { ...volume.spec, csi: { driver: "other", volumeHandle: "x" } } };
  const why =
    "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name other not found in the list of registered CSI drivers";
  await expect(volumes.publish(pod("1"), persistentVolume(other, false))).rejects.toThrow(why);
});

test("AGENT-CSI-GROW, AGENT-CSI-USE: a driver expands published volumes and reports their usage", async () => {
  const wanted = persistentVolume(volume, false);
  const target = await volumes.publish(pod("1"), wanted);
  await volumes.grow(pod("1"), wanted, 2048);
  expect(driver.calls.at(-1)).toMatchObject({
    call: "NodeExpandVolume",
    volume_id: "handle",
    volume_path: target,
    capacity_range: { required_bytes: 2048 },
  });
  expect((await volumes.stats("1")).get("pv")).toEqual({ capacityBytes: 100, usedBytes: 30, availableBytes: 70 });
  driver.failing = "NodeExpandVolume";
  await expect(volumes.grow(pod("1"), wanted, 4096)).rejects.toThrow("NodeExpandVolume fails");
});
