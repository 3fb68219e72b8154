/** What the container runtime tells of its own configuration: containerd does, CRI-O does not. */
import type { CgroupDriver, NetworkDirectories } from "../runtime.ts";
import type { CriClient } from "./cri-client.ts";

export interface RuntimeConfig {
  readonly cni?: { readonly confDir?: string; readonly binDir?: string; readonly binDirs?: readonly string[] };
  readonly sandboxImage?: string;
  readonly enableCDI?: boolean;
  readonly containerd?: {
    readonly defaultRuntimeName?: string;
    readonly runtimes?: Readonly<Record<string, { readonly options?: { readonly SystemdCgroup?: boolean } }>>;
  };
}

export async function readRuntimeConfig(cri: CriClient, seconds?: number): Promise<RuntimeConfig> {
  const { info } = await cri.call("Status", { verbose: true }, seconds);
  return JSON.parse(info.config ?? "{}") as RuntimeConfig;
}

/** CRI-O uses systemd's unless it was told otherwise. */
export function cgroupDriverOf(runtimeName: string, { containerd }: RuntimeConfig): CgroupDriver {
  if (runtimeName !== "containerd") return "systemd";
  const options = containerd?.runtimes?.[containerd.defaultRuntimeName ?? "runc"]?.options;
  return options?.SystemdCgroup === true ? "systemd" : "cgroupfs";
}

/** CRI-O always takes them; containerd from 1.7 on, where it is told to. */
export const takesCdiDevices = (runtimeName: string, { enableCDI }: RuntimeConfig): boolean =>
  runtimeName !== "containerd" || enableCDI === true;

/** CRI-O has the usual places. */
export const networkDirectoriesOf = ({ cni }: RuntimeConfig): NetworkDirectories => ({
  configurations: cni?.confDir ?? "/etc/cni/net.d",
  plugins: cni?.binDir || (cni?.binDirs?.[0] ?? "/opt/cni/bin"),
});
