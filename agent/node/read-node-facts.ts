import type { NodeSettings } from "../../api/node/node-settings.ts";
import { evictionRules } from "../pressure/eviction-settings.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { NO_FEATURES } from "../runtime/runtime-features.ts";
import { readMachine } from "./machine.ts";
import { machineAddresses } from "./machine-network.ts";
import { type NodeFacts, plainVersion } from "./node-object.ts";
import { reserveOf } from "./reserve.ts";

interface OwnOptions {
  readonly nodeName: string;
  readonly dataDirectory: string;
  readonly settings: NodeSettings;
}

/** The node before anything runs on it. */
export async function readNodeFacts(
  { nodeName, dataDirectory, settings }: OwnOptions,
  runtime: Runtime,
): Promise<NodeFacts> {
  const [{ name, version }, images] = await Promise.all([runtime.version(), runtime.images()]);
  const machine = readMachine(dataDirectory);
  const { thresholds } = evictionRules(settings);
  return {
    name: nodeName,
    machine,
    reserve: reserveOf(machine, thresholds, settings.systemReserved ?? {}),
    addresses: machineAddresses(),
    runtimeVersion: `${name}://${plainVersion(version)}`,
    isolates: runtime.isolates,
    features: runtime.features ?? NO_FEATURES,
    images,
    pressures: new Set(),
    devices: new Map(),
    volumesInUse: [],
    labels: settings.nodeLabels ?? {},
    taints: settings.registerWithTaints ?? [],
    kubeletPort: settings.kubeletPort ?? 0,
  };
}
