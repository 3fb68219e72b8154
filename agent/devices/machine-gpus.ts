/**
 * The machine's own GPUs, if no plugin manages them: those that `nvidia-smi` lists, and the render nodes of `/dev/dri`.
 * They are given exclusively, as device files; libraries are up to the image.
 */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { DeviceGrant, DeviceSource } from "./device-source.ts";

const run = promisify(execFile);

/** By PCI vendor, the resource names that the vendors' own plugins use. */
const RESOURCES: Readonly<Record<string, string>> = { "0x1002": "amd.com/gpu", "0x8086": "gpu.intel.com/i915" };

const NVIDIA = "nvidia.com/gpu";
const NVIDIA_SHARED = ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset"];

interface Gpu {
  readonly id: string;
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface MachineProbe {
  /** The output of `nvidia-smi --query-gpu=uuid,index --format=csv,noheader`; undefined: there is no such command. */
  readonly nvidiaSmi: () => Promise<string | undefined>;
  /** Render nodes, each with its PCI vendor. */
  readonly renderNodes: () => readonly { readonly name: string; readonly vendor: string }[];
  readonly exists: (path: string) => boolean;
}

export const thisMachine: MachineProbe = {
  nvidiaSmi: async () => {
    try {
      return (await run("nvidia-smi", ["--query-gpu=uuid,index", "--format=csv,noheader"], { timeout: 10_000 })).stdout;
    } catch {
      return undefined;
    }
  },
  renderNodes: () => {
    try {
      return readdirSync("/dev/dri")
        .filter((name) => /^renderD\d+$/.test(name))
        .map((name) => ({ name, vendor: readFileSync(`/sys/class/drm/${name}/device/vendor`, "utf8").trim() }));
    } catch {
      return [];
    }
  },
  exists: existsSync,
};

/** By resource name. */
export async function findGpus(machine: MachineProbe): Promise<ReadonlyMap<string, DeviceSource>> {
  const found = new Map<string, Gpu[]>();
  for (const line of (await machine.nvidiaSmi())?.split("\n") ?? []) {
    const [, id, index] = /^(GPU-[\w-]+), *(\d+)$/.exec(line.trim()) ?? [];
    if (id === undefined) continue;
    const files = [`/dev/nvidia${index}`, ...NVIDIA_SHARED].filter(machine.exists);
    add(found, NVIDIA, { id, files, env: { NVIDIA_VISIBLE_DEVICES: id } });
  }
  for (const { name, vendor } of machine.renderNodes()) {
    const resource = RESOURCES[vendor];
    const own = [`/dev/dri/${name}`, ...(vendor === "0x1002" ? ["/dev/kfd"] : [])];
    if (resource !== undefined) add(found, resource, { id: name, files: own.filter(machine.exists) });
  }
  return new Map([...found].map(([resource, gpus]) => [resource, sourceOf(gpus)]));
}

function add(found: Map<string, Gpu[]>, resource: string, gpu: Gpu): void {
  found.set(resource, [...(found.get(resource) ?? []), gpu]);
}

function sourceOf(gpus: readonly Gpu[]): DeviceSource {
  return {
    devices: gpus.map(({ id }) => ({ id, healthy: true })),
    prefer: async () => [],
    beforeStart: async () => {},
    grant: async (ids): Promise<DeviceGrant> => {
      const given = gpus.filter(({ id }) => ids.includes(id));
      const files = new Set(given.flatMap((gpu) => gpu.files));
      const visible = given.flatMap(({ env }) => env?.NVIDIA_VISIBLE_DEVICES ?? []).join(",");
      return {
        env: visible === "" ? {} : { NVIDIA_VISIBLE_DEVICES: visible },
        mounts: [],
        devices: [...files].map((path) => ({ containerPath: path, hostPath: path, permissions: "rw" })),
        annotations: {},
        cdiDevices: [],
      };
    },
  };
}
