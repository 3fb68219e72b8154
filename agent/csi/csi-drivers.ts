/** The CSI drivers of this node. */
import { UnixService } from "../grpc/unix-service.ts";
import { type PluginInfo, PluginRegistry, type PluginRegistryOptions } from "../plugins/plugin-registry.ts";
import { CSI_PROTO } from "./csi-proto.ts";

const SECONDS = 10;
/** A driver's operations may take as long as a kubelet allows. */
const VOLUME_SECONDS = 120;

export interface CsiDriver {
  readonly name: string;
  readonly nodeId: string;
  /** Undefined: no limit. */
  readonly mostVolumes: number | undefined;
  readonly topology: Readonly<Record<string, string>>;
  readonly capabilities: ReadonlySet<string>;
  /** Fails with the driver's error. */
  call(method: string, request: object): Promise<unknown>;
  close(): void;
}

interface NodeInfo {
  readonly node_id: string;
  readonly max_volumes_per_node: number;
  readonly accessible_topology: { readonly segments: Readonly<Record<string, string>> } | null;
}

export type CsiDrivers = PluginRegistry<CsiDriver>;

export function csiDrivers(
  options: Pick<PluginRegistryOptions<CsiDriver>, "directory" | "onChange" | "log">,
): CsiDrivers {
  return new PluginRegistry({
    ...options,
    type: "CSIPlugin",
    introduce: (info, socket) => describeDriver(info, new UnixService(CSI_PROTO, ["Node"], socket)),
  });
}

async function describeDriver({ name, supported_versions }: PluginInfo, client: UnixService): Promise<CsiDriver> {
  try {
    if (!supported_versions.some((version) => /^v?1\./.test(version)))
      throw new Error(`driver ${name} speaks ${supported_versions.join(", ")}, and this node CSI 1`);
    const info = await client.call<NodeInfo>("NodeGetInfo", {}, SECONDS);
    const { capabilities } = await client.call<{
      capabilities: readonly { readonly rpc?: { readonly type: string } }[];
    }>("NodeGetCapabilities", {}, SECONDS);
    return {
      name,
      nodeId: info.node_id,
      mostVolumes: info.max_volumes_per_node > 0 ? info.max_volumes_per_node : undefined,
      topology: info.accessible_topology?.segments ?? {},
      capabilities: new Set(capabilities.flatMap(({ rpc }) => (rpc ? [rpc.type] : []))),
      call: (method: string, request: object) => client.call(method, request, VOLUME_SECONDS),
      close: () => client.close(),
    };
  } catch (error) {
    client.close();
    throw error;
  }
}
