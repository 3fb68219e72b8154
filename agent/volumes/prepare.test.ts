import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { ConfigMap, PersistentVolume, PersistentVolumeClaim, Pod, Volume } from "../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import type { PodObjects } from "../pod-spec/pod-objects.ts";
import type { ImageMounts } from "./image-mounts.ts";
import { PodVolumes } from "./pod-volumes.ts";
import { StorageOperations, storagePlugin } from "./storage-operations.ts";
import { VolumeMemory } from "./volume-memory.ts";

let directory: string;
let claim: PersistentVolumeClaim | undefined;
let volume: PersistentVolume;
let maps: ConfigMap[];
let isAway: boolean;
let grown: unknown[];
let republishAt: number | undefined;
let storage: StorageOperations;

beforeEach(() => {
  directory = temporaryDirectory();
  mkdirSync(join(directory, "disk"));
  mkdirSync(join(directory, "pod"));
  claim = { metadata: { name: "data", uid: "c" }, spec: { volumeName: "pv" }, status: { phase: "Bound" } };
  volume = {
    metadata: { name: "pv" },
    spec: { claimRef: { uid: "c" }, local: { path: join(directory, "disk") } },
    status: {},
  };
  storage = new StorageOperations();
  maps = [];
  isAway = false;
  grown = [];
  republishAt = undefined;
});

const unused = () => Promise.reject(new Error("not asked for here"));
const volumesOf = (mount: ImageMounts["mount"] = unused, pod = "pod") =>
  new PodVolumes(join(directory, pod), {
    sources: {
      claim: async () => (isAway ? unused() : claim),
      persistentVolume: async () => volume,
      token: unused,
      patchStatus: async (_, status) => void grown.push(status),
    },
    images: { mount, unmount: unused },
    storage,
    memory: new VolumeMemory(join(directory, "memory"), { info: () => {}, warn: () => {} }),
    csi: {
      publish: unused,
      unpublish: async () => {},
      grow: unused,
      republishAt: () => republishAt,
      stats: async () => new Map(),
    },
  });

const podWith = (wanted: readonly Volume[]): Pod => ({
  metadata: { namespace: "ns", name: "p", uid: "u" },
  spec: {
    containers: [{ name: "c", volumeMounts: wanted.map(({ name }) => ({ name, mountPath: `/${name}` })) }],
    volumes: [...wanted, { name: "unused", configMap: { name: "nowhere" } }],
  },
  status: {},
});
const objects: PodObjects = {
  configMap: (name) => maps.find(({ metadata }) => metadata.name === name),
  secret: () => undefined,
  claim: () => claim,
  services: () => [],
};

const prepare = (volumes: PodVolumes, ...wanted: Volume[]) => prepareAt(0, volumes, ...wanted);

function prepareAt(now: number, volumes: PodVolumes, ...wanted: Volume[]) {
  return volumes.prepare(podWith(wanted), {
    objects,
    addresses: { podIPs: [], hostIPs: [] },
    allocatable: {},
    now,
  });
}

const data: Volume = { name: "data", persistentVolumeClaim: { claimName: "data" } };
const config = (name: string): Volume => ({ name, configMap: { name } });

test("AGENT-VOLUME: unused volumes are not waited for, and volumes do not wait for each other", async () => {
  expect(await prepare(volumesOf())).toEqual({ events: [], missing: false });
  const { events } = await prepare(volumesOf(), config("a"), config("b"), data);
  expect(events.map(({ message }) => message)).toEqual(
    ["a", "b"].map((name) => `MountVolume.SetUp failed for volume "${name}" : configmap "${name}" not found`),
  );
});

test("AGENT-METRICS: volumes count by their kind when they are mounted and unmounted, not when they are updated", async () => {
  const volumes = volumesOf();
  const counted = () =>
    storage.all.map(({ plugin, operation, status, seconds }) => [plugin, operation, status, seconds.counts.at(-1)]);
  await prepare(volumes, config("a"), data);
  maps = [{ metadata: { name: "a" }, data: {} }];
  await prepare(volumes, config("a"), data);
  await prepare(volumes, config("a"), data);
  expect(counted()).toEqual([
    ["kubernetes.io/configmap", "volume_mount", "fail-unknown", 1],
    ["kubernetes.io/local-volume", "volume_mount", "success", 1],
    ["kubernetes.io/configmap", "volume_mount", "success", 1],
  ]);
  await volumes.tearDown();
  expect(counted().slice(3)).toEqual([
    ["kubernetes.io/local-volume", "volume_unmount", "success", 1],
    ["kubernetes.io/configmap", "volume_unmount", "success", 1],
  ]);
});

test.each<[Volume, string]>([
  [{ name: "v", emptyDir: {} }, "kubernetes.io/empty-dir"],
  [{ name: "v", downwardAPI: {} }, "kubernetes.io/downward-api"],
  [{ name: "v", csi: { driver: "secrets.example.com" } }, "kubernetes.io/csi:secrets.example.com"],
])("AGENT-METRICS: the kind of %j is %s", (volume, plugin) => expect(storagePlugin(volume)).toBe(plugin));

test.each([
  [
    "does not exist",
    () => (claim = undefined),
    'failed to fetch PVC from API server: persistentvolumeclaims "data" not found',
  ],
  [
    "is not bound",
    () => (claim = { ...claim, metadata: {}, spec: {}, status: { phase: "Pending" } }),
    "PVC is not bound",
  ],
  [
    "is bound to another claim's volume",
    () => (volume.spec.claimRef = { uid: "x" }),
    "found PV object pv but its pv.Spec.ClaimRef.UID x does not point to claim.UID c",
  ],
])("AGENT-VOLUME: a claim that %s is reported with the kubelet's message", async (_, change, why) => {
  change();
  expect(await prepare(volumesOf(), data)).toEqual({
    events: [
      {
        type: "Warning",
        reason: "FailedMount",
        message: `Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[data]: error processing PVC ns/data: ${why}`,
      },
    ],
    missing: true,
  });
});

test("AGENT-VOLUME: an error of a claim's PersistentVolume names that volume", async () => {
  volume.spec = { claimRef: { uid: "c" }, csi: { driver: "d", volumeHandle: "h" } };
  const { events, missing } = await prepare(volumesOf(), data);
  expect(events.map(({ message }) => message)).toEqual([
    'MountVolume.SetUp failed for volume "pv" : not asked for here',
  ]);
  expect(missing).toBe(true);
});

test("AGENT-VOLUME: a pod keeps a prepared volume, whatever happens to its source", async () => {
  maps = [{ metadata: { name: "a" }, data: { k: "v" } }];
  const volumes = volumesOf();
  expect(await prepare(volumes, config("a"), data)).toEqual({ events: [], missing: false });
  maps = [];
  claim = undefined;
  const { events, missing } = await prepare(volumes, config("a"), data);
  expect([events.length, missing]).toEqual([1, false]);
});

test("AGENT-OFFLINE: an agent that starts without the control plane still resolves claims", async () => {
  await prepare(volumesOf(), data);
  isAway = true;
  const volumes = volumesOf();
  expect(await prepare(volumes, data)).toEqual({ events: [], missing: false });
  expect(volumes.path("data")).toBe(join(directory, "disk"));
});

test("AGENT-CSI-GROW: a claim whose volume has grown has its file system grown once", async () => {
  const volumes = volumesOf();
  await prepare(volumes, data);
  volume.spec.capacity = { storage: "2Gi" };
  const conditions = [{ type: "FileSystemResizePending", status: "True" }];
  claim = { metadata: { name: "data", resourceVersion: "7" }, spec: { volumeName: "pv" }, status: { conditions } };
  const { events } = await prepare(volumes, data);
  expect(events.map(({ reason }) => reason)).toEqual(["FileSystemResizeSuccessful"]);
  await prepare(volumes, data);
  expect(grown).toMatchObject([{ capacity: { storage: "2Gi" } }]);
});

test("usage omits a volume whose directory is gone, but reports the others", async () => {
  const volumes = volumesOf();
  const wanted: Volume[] = [
    { name: "data", persistentVolumeClaim: { claimName: "data" } },
    { name: "scratch", emptyDir: {} },
  ];
  await prepare(volumes, ...wanted);
  rmSync(join(directory, "disk"), { recursive: true });
  const pvcRef = { name: "data", namespace: "ns" };
  expect(await volumes.stats(podWith(wanted), objects)).toEqual([
    { name: "data", pvcRef },
    expect.objectContaining({ name: "scratch", usedBytes: expect.any(Number) }),
  ]);
  expect(await volumes.stats(podWith(wanted), objects, { onlyClaimed: true })).toEqual([{ name: "data", pvcRef }]);
});

test("AGENT-VOLUME-IMAGE: a container waits for the images of its own image volumes only", async () => {
  let isThere = false;
  const outcome = { ok: false, waiting: { reason: "ImagePullBackOff", message: "" }, retryAt: 0 } as const;
  const image = { id: "i", ref: "i", names: [], size: 0 };
  const volumes = volumesOf(async () => (isThere ? { ok: true, image } : outcome));
  const files: Volume = { name: "files", image: { reference: "nowhere/nothing" } };
  const pod = podWith([files]);
  const [container] = pod.spec.containers;
  if (container === undefined) throw new Error("it has one");
  const { signal } = new AbortController();
  expect(await prepare(volumes, files)).toEqual({ events: [], missing: false });
  expect(await volumes.mountImages(pod, { name: "other" }, signal)).toBeUndefined();
  expect(await volumes.mountImages(pod, container, signal)).toEqual(outcome);
  expect(volumes.path("files")).toBeUndefined();
  isThere = true;
  expect(await volumes.mountImages(pod, container, signal)).toBeUndefined();
  expect(volumes.path("files")).toBe(join(directory, "pod", "volumes", "kubernetes.io~image", "files"));
});

test("AGENT-VOLUME: missing volumes are named after two minutes, and every two minutes thereafter", async () => {
  const volumes = volumesOf();
  const messages = async (now: number) => {
    const { events } = await prepareAt(now, volumes, config("b"), config("a"));
    return events.map(({ message }) => message).filter((message) => message.startsWith("Unable"));
  };
  const words =
    "Unable to attach or mount volumes: unmounted volumes=[a b], unattached volumes=[], failed to process volumes=[]: context deadline exceeded";
  expect(await messages(0)).toEqual([]);
  expect(await messages(122_000)).toEqual([]);
  expect(await messages(123_000)).toEqual([words]);
  expect(await messages(200_000)).toEqual([]);
  expect(await messages(246_000)).toEqual([words]);
});

test("AGENT-CSI-REPUBLISH: a failed republishing is retried later, not at once", async () => {
  const volumes = volumesOf();
  await prepare(volumes, data);
  republishAt = performance.now() - 1;
  isAway = true;
  expect(await prepare(volumes, data)).toMatchObject({ events: [], missing: false });
  expect(volumes.renewAfter(republishAt + 1)).toBe(republishAt + 1 + 10_000);
  republishAt += 60_000;
  expect(volumes.renewAfter(performance.now())).toBe(republishAt);
});

test("AGENT-VOLUME-ONE: a ReadWriteOncePod volume is withheld from the next pod until released", async () => {
  volume.spec.accessModes = ["ReadWriteOncePod"];
  const pods = { pod: volumesOf(), other: volumesOf(unused, "other") };
  expect(await prepare(pods.pod, data)).toEqual({ events: [], missing: false });
  const why = "volume uses the ReadWriteOncePod access mode and is already in use by another pod";
  const { events, missing } = await prepare(pods.other, data);
  expect([missing, events.map(({ message }) => message)]).toEqual([
    true,
    [`MountVolume.SetUp failed for volume "pv" : ${why}`],
  ]);
  // It goes on, even with a restarted agent.
  expect(await prepare(volumesOf(), data)).toEqual({ events: [], missing: false });
  await pods.pod.tearDown();
  expect(await prepare(pods.other, data)).toEqual({ events: [], missing: false });
});

test("AGENT-VOLUME-ONE: of pods that start at once, one has a ReadWriteOncePod volume", async () => {
  volume.spec.accessModes = ["ReadWriteOncePod"];
  const pods = [volumesOf(), volumesOf(unused, "other")];
  const prepared = await Promise.all(pods.map((volumes) => prepare(volumes, data)));
  expect(prepared.map(({ missing }) => missing)).toEqual([false, true]);
});

test.skipIf(process.getuid?.() !== 0)(
  "AGENT-VOLUME-GROUP: a local volume belongs to its first pod's group while that uses it, and other pods get an event",
  async () => {
    mkdirSync(join(directory, "other"));
    const pods = { pod: volumesOf(), other: volumesOf(unused, "other") };
    const prepareFor = (name: keyof typeof pods, fsGroup: number) => {
      const { spec, ...pod } = podWith([data]);
      const input = { objects, addresses: { podIPs: [], hostIPs: [] }, allocatable: {}, now: 0 };
      return pods[name].prepare({ ...pod, spec: { ...spec, securityContext: { fsGroup } } }, input);
    };
    const group = () => statSync(join(directory, "disk")).gid;
    expect([(await prepareFor("pod", 1234)).events, group()]).toEqual([[], 1234]);
    const reported = {
      type: "Warning",
      reason: "AlreadyMountedVolume",
      message: "The requested fsGroup is 4321, but the volume pv has GID 1234. The volume may not be shareable.",
    };
    expect([(await prepareFor("other", 4321)).events, group()]).toEqual([[reported], 1234]);
    expect((await prepareFor("other", 4321)).events).toEqual([]);
    rmSync(join(directory, "pod"), { recursive: true });
    pods.other = volumesOf(unused, "other");
    expect([(await prepareFor("other", 4321)).events, group()]).toEqual([[], 4321]);
  },
);
