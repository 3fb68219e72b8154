import { POD_UID } from "../labels.ts";
import type { ContainerUsage } from "../usage.ts";
import type { CriClient } from "./cri-client.ts";
import type * as cri from "./cri-messages.ts";

export const usageOf = (
  scheme: string,
  { attributes, cpu, memory, writable_layer }: cri.ContainerStats,
): ContainerUsage => ({
  id: `${scheme}://${attributes.id}`,
  pod: {
    namespace: attributes.labels["io.kubernetes.pod.namespace"] ?? "",
    name: attributes.labels["io.kubernetes.pod.name"] ?? "",
    uid: attributes.labels[POD_UID] ?? "",
  },
  name: attributes.metadata.name,
  cpuNanoseconds: cpu?.usage_core_nano_seconds?.value ?? 0,
  memoryWorkingSetBytes: memory?.working_set_bytes?.value ?? 0,
  ...(memory?.usage_bytes && { memoryBytes: memory.usage_bytes.value }),
  // A runtime reports none for a container without a limit.
  ...(memory?.available_bytes?.value && { memoryAvailableBytes: memory.available_bytes.value }),
  ...(memory?.rss_bytes && { memoryResidentBytes: memory.rss_bytes.value }),
  ...(memory?.page_faults && {
    pageFaults: { all: memory.page_faults.value, major: memory.major_page_faults?.value ?? 0 },
  }),
  diskBytes: writable_layer?.used_bytes?.value ?? 0,
  ...(writable_layer?.inodes_used && { diskInodes: writable_layer.inodes_used.value }),
});

/**
 * Only for running containers: runtimes report ended ones as well, and a restarted container would appear several times
 * under one name.
 */
export async function usageOfRunning(
  cri: Pick<CriClient, "call">,
  scheme: string,
  label_selector: Readonly<Record<string, string>>,
): Promise<readonly ContainerUsage[]> {
  const [{ containers }, { stats }] = await Promise.all([
    cri.call("ListContainers", { filter: { label_selector } }),
    cri.call("ListContainerStats", { filter: { label_selector } }),
  ]);
  const running = new Set(containers.filter(({ state }) => state === "CONTAINER_RUNNING").map(({ id }) => id));
  return stats.filter(({ attributes }) => running.has(attributes.id)).map((each) => usageOf(scheme, each));
}
