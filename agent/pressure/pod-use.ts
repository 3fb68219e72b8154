/** What each pod uses of what the node is short of. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import type { PodUse, UseOf } from "./choose-victim.ts";
import { countInodes, measureStorage, type StorageUse } from "./local-storage.ts";
import type { Signal } from "./thresholds.ts";

/** A pod, and where it is on the node's disk. */
export interface PlacedPod {
  readonly pod: Pod;
  readonly directories: { readonly directory: string; readonly logDirectory: string };
}

export interface UseSources {
  readonly pods: readonly PlacedPod[];
  readonly usage: readonly ContainerUsage[];
  /** Containers' writable layers are on another disk than volumes and logs. */
  readonly hasImageDisk: boolean;
  /** Of containers, by id. */
  readonly threads: () => Promise<ReadonlyMap<string, number>>;
}

const NONE: PodUse = { containers: new Map(), total: 0 };

const sum = (amounts: ReadonlyMap<string, number>): number => [...amounts.values()].reduce((a, b) => a + b, 0);

/** By container name. */
const amountsOf = (
  { metadata }: Pod,
  usage: readonly ContainerUsage[],
  amount: (container: ContainerUsage) => number,
): ReadonlyMap<string, number> =>
  new Map(usage.filter(({ pod }) => pod.uid === metadata.uid).map((container) => [container.name, amount(container)]));

const layersOf = (pod: Pod, usage: readonly ContainerUsage[]) =>
  amountsOf(pod, usage, ({ diskBytes = 0 }) => diskBytes);

export const storageOf = ({ pod, directories }: PlacedPod, usage: readonly ContainerUsage[]): Promise<StorageUse> =>
  measureStorage(pod, { ...directories, layers: layersOf(pod, usage) });

export async function useOfSignal(signal: Signal, sources: UseSources): Promise<UseOf> {
  const measure = measureOf(signal, sources);
  const uses = new Map<string | undefined, PodUse>();
  for (const placed of sources.pods) uses.set(placed.pod.metadata.uid, await measure(placed));
  return ({ metadata }) => uses.get(metadata.uid) ?? NONE;
}

function measureOf(
  signal: Signal,
  { usage, hasImageDisk, threads }: UseSources,
): (placed: PlacedPod) => PodUse | Promise<PodUse> {
  switch (signal) {
    case "memory.available":
      return ({ pod }) => {
        const containers = amountsOf(pod, usage, ({ memoryWorkingSetBytes }) => memoryWorkingSetBytes);
        return { containers, total: sum(containers) };
      };
    case "nodefs.available":
    case "imagefs.available":
      return async (placed) => {
        const { volumes, logs, containers } = await storageOf(placed, usage);
        if (!hasImageDisk) return { containers, total: sum(volumes) + sum(containers) };
        const onNode = sum(volumes) + sum(logs);
        return { containers, total: signal === "nodefs.available" ? onNode : sum(layersOf(placed.pod, usage)) };
      };
    // For messages, only bytes matter here and below.
    case "nodefs.inodesFree":
    case "imagefs.inodesFree":
      return async ({ pod, directories }) => {
        const layers = amountsOf(pod, usage, ({ diskInodes = 0 }) => diskInodes);
        if (hasImageDisk && signal === "imagefs.inodesFree") return { ...NONE, total: sum(layers) };
        const counted = { ...directories, layers: hasImageDisk ? new Map<string, number>() : layers };
        return { ...NONE, total: await countInodes(pod, counted) };
      };
    case "pid.available": {
      const counted = threads();
      return async ({ pod }) => {
        const counts = await counted;
        return { ...NONE, total: sum(amountsOf(pod, usage, ({ id }) => counts.get(id) ?? 0)) };
      };
    }
  }
}
