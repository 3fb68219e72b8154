/** The container runtime's configuration; containerd reports it, CRI-O does not. */
import type { CgroupDriver, NetworkDirectories } from "../runtime.ts";
import type { RuntimeFeatures } from "../runtime-features.ts";
import type { CriClient } from "./cri-client.ts";
import type { RuntimeStatus } from "./cri-messages.ts";

export interface RuntimeConfig {
  readonly cni?: { readonly confDir?: string; readonly binDir?: string; readonly binDirs?: readonly string[] };
  readonly sandboxImage?: string;
  readonly enableCDI?: boolean;
  readonly containerd?: {
    readonly defaultRuntimeName?: string;
    readonly runtimes?: Readonly<Record<string, { readonly options?: { readonly SystemdCgroup?: boolean } }>>;
  };
}

export const readRuntimeStatus = (cri: CriClient, seconds?: number): Promise<RuntimeStatus> =>
  cri.call("Status", { verbose: true }, seconds);

export const configOf = ({ info }: RuntimeStatus): RuntimeConfig => JSON.parse(info.config ?? "{}") as RuntimeConfig;

export const featuresOf = ({ runtime_handlers, features }: RuntimeStatus): RuntimeFeatures => ({
  handlers: new Map(
    runtime_handlers.map(({ name, features: its }) => [
      name,
      {
        recursiveReadOnlyMounts: its?.recursive_read_only_mounts === true,
        userNamespaces: its?.user_namespaces === true,
      },
    ]),
  ),
  ...(features === null ? {} : { supplementalGroupsPolicy: features.supplemental_groups_policy }),
});

/** CRI-O uses systemd's by default. */
export function cgroupDriverOf(runtimeName: string, { containerd }: RuntimeConfig): CgroupDriver {
  if (runtimeName !== "containerd") return "systemd";
  const options = containerd?.runtimes?.[containerd.defaultRuntimeName ?? "runc"]?.options;
  return options?.SystemdCgroup === true ? "systemd" : "cgroupfs";
}

/** CRI-O always supports them; containerd from 1.7 on, if enabled. */
export const takesCdiDevices = (runtimeName: string, { enableCDI }: RuntimeConfig): boolean =>
  runtimeName !== "containerd" || enableCDI === true;

/** CRI-O uses the usual directories. */
export const networkDirectoriesOf = ({ cni }: RuntimeConfig): NetworkDirectories => ({
  configurations: cni?.confDir ?? "/etc/cni/net.d",
  plugins: cni?.binDir || (cni?.binDirs?.[0] ?? "/opt/cni/bin"),
});
