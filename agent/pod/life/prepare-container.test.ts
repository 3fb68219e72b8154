import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Container } from "../../../api/generated/core.v1.ts";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { ConfigError } from "../../pod-spec/config-error.ts";
import type { PodVolumes } from "../../volumes/pod-volumes.ts";
import { type ContainerToPrepare, prepareContainer } from "./prepare-container.ts";

const NO_DEVICES: ContainerToPrepare["devices"] = { env: {}, mounts: [], devices: [], annotations: {}, cdiDevices: [] };

/** A container of a pod with the volume `v`, which is set up unless said otherwise. */
function preparing(part: Partial<Container> = {}, { isSetUp = true } = {}) {
  const container = { name: "c", image: "i", ...part };
  const { record, runtime } = recordedPod({
    spec: {
      containers: [container],
      volumes: [{ name: "v", emptyDir: {} }],
      hostAliases: [{ ip: "192.0.2.9", hostnames: ["a"] }],
    },
  });
  const volume = join(record.directory, "volumes", "v");
  mkdirSync(volume, { recursive: true });
  const [declared = container] = record.pod.spec.containers;
  const volumes: Pick<PodVolumes, "path" | "file"> = {
    path: () => (isSetUp ? volume : undefined),
    file: () => undefined,
  };
  const prepare = async (more: Partial<ContainerToPrepare> = {}) =>
    prepareContainer(record.context, {
      pod: record.pod,
      directory: record.directory,
      volumes: volumes as PodVolumes,
      addresses: { podIPs: ["10.0.0.7"], hostIPs: ["192.0.2.1"] },
      observation: { sandboxes: [], containers: [] },
      target: { role: "main", container: declared },
      image: { ...(await runtime.imageStatus("i")), id: "i" } as ContainerToPrepare["image"],
      restartCount: 0,
      recursiveReadOnly: false,
      devices: NO_DEVICES,
      ...more,
    });
  return { record, runtime, volume, prepare };
}

const mountsVolume = (subPath?: string): Partial<Container> => ({
  volumeMounts: [{ name: "v", mountPath: "/data", ...(subPath !== undefined && { subPath }) }],
});

describe("a container's own files", () => {
  it("its hosts file names the pod and its aliases, and is mounted", async () => {
    const { record, prepare } = preparing();
    const { mounts } = await prepare();
    const file = join(record.directory, "etc-hosts");
    expect(mounts).toContainEqual(expect.objectContaining({ containerPath: "/etc/hosts", hostPath: file }));
    expect(readFileSync(file, "utf8")).toContain("10.0.0.7\tp\n");
    expect(readFileSync(file, "utf8")).toContain("192.0.2.9\ta\n");
  });

  it("a hosts file that a container has changed is written again, and another one is left alone", async () => {
    const { record, prepare } = preparing();
    await prepare();
    const file = join(record.directory, "etc-hosts");
    const { mtimeNs, ino } = statSync(file, { bigint: true });
    await prepare();
    expect(statSync(file, { bigint: true })).toMatchObject({ mtimeNs, ino });
    writeFileSync(file, "changed");
    await prepare();
    expect(readFileSync(file, "utf8")).toContain("10.0.0.7\tp\n");
  });

  it("each of its lives has a termination message file that any user may write, mounted where it asks for it", async () => {
    const { record, prepare } = preparing({ terminationMessagePath: "/dev/termination-log" });
    for (const restartCount of [0, 3]) {
      const { mounts } = await prepare({ restartCount });
      const file = join(record.directory, "containers", "c", String(restartCount));
      expect(mounts).toContainEqual(
        expect.objectContaining({ containerPath: "/dev/termination-log", hostPath: file, readOnly: false }),
      );
      expect(statSync(file).mode & 0o777).toBe(0o666);
    }
  });

  it("its devices come with their mounts", async () => {
    const mount = {
      containerPath: "/dev/thing",
      hostPath: "/opt/thing",
      readOnly: true,
      propagation: "private",
    } as const;
    const { prepare } = preparing();
    expect((await prepare({ devices: { ...NO_DEVICES, mounts: [mount] } })).mounts).toContainEqual(mount);
  });
});

describe("a container's volumes", () => {
  it("a mount leads to the volume's path, or to a directory in it, which is created", async () => {
    const whole = preparing(mountsVolume());
    expect((await whole.prepare()).mounts).toContainEqual(
      expect.objectContaining({ containerPath: "/data", hostPath: whole.volume }),
    );
    const part = preparing(mountsVolume("a/b"));
    expect((await part.prepare()).mounts).toContainEqual(
      expect.objectContaining({ containerPath: "/data", hostPath: join(part.volume, "a/b") }),
    );
    expect(statSync(join(part.volume, "a/b")).isDirectory()).toBe(true);
  });

  it("a volume that is not set up keeps the container waiting", async () => {
    const { prepare } = preparing(mountsVolume(), { isSetUp: false });
    const failure = await prepare().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toMatchObject({ message: 'volume "v" of container "c" is not set up' });
  });

  it("a sub path that leads out of its volume is refused, and the machine's path is not shown", async () => {
    const { prepare, volume } = preparing(mountsVolume("out"));
    symlinkSync("/etc", join(volume, "out"));
    const failure = await prepare().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toMatchObject({ message: 'failed to prepare subPath for volumeMount "v" of container "c"' });
  });

  it("a sub path that no volume can have is named in the refusal", async () => {
    const { prepare } = preparing(mountsVolume("../x"));
    await expect(prepare()).rejects.toThrow("must not contain '..'");
  });
});

describe("a debugging container", () => {
  const ephemeralContainers = [{ name: "d", image: "i", targetContainerName: "c" }];
  const target = { role: "ephemeral", container: { name: "d", image: "i" } } as const;

  it("shares the processes of its target while that runs", async () => {
    const { record, prepare } = preparing();
    const pod = { ...record.pod, spec: { ...record.pod.spec, ephemeralContainers } };
    const running = { name: "c", id: "running", state: "running" };
    const containers = [{ ...running, id: "ended", state: "exited" }, running];
    const observation = { sandboxes: [], containers } as unknown as ContainerToPrepare["observation"];
    expect((await prepare({ pod, target, observation })).security).toMatchObject({ pidTarget: "running" });
    const alone = (await prepare({ pod, target })).security;
    expect(alone).not.toHaveProperty("pidTarget");
  });
});
