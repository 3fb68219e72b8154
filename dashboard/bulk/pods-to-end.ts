import type { KubeObject, Stored } from "../../api/machinery/meta.ts";

const MAX_NAMED = 5;

/** What their deletion means, with those that nothing would make again. */
export function consequenceForPods(pods: readonly Stored<KubeObject>[]): string {
  const alone = pods
    .filter(({ metadata }) => !metadata.ownerReferences?.some(({ controller }) => controller))
    .map(({ metadata }) => metadata.name);
  const replaced = "The pods end. What they belong to makes others, if it still wants them.";
  if (alone.length === 0) return replaced;
  const names = alone.length > MAX_NAMED ? `${alone.length} of them` : alone.join(", ");
  const belong = alone.length === 1 ? "belongs to nothing and does" : "belong to nothing and do";
  return `${alone.length === pods.length ? "The pods end." : replaced} ${names} ${belong} not come back.`;
}
