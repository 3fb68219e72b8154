/** No eviction takes a healthy pod that a budget does not spare. */
import { selects } from "../../../worker/controllers/label-selector.ts";
import { STOPPED_MS } from "../behind.ts";
import { about, type Rule } from "../history.ts";
import { hasEnded, isAlive, isReady } from "../pods.ts";

export const budgets = (): Rule => {
  const losses: { readonly namespace: string; readonly name: string; readonly at: number }[] = [];
  return about("pods", function* ({ type, object, previous, at, before }) {
    if (!previous) return;
    const { namespace = "", name, labels } = object.metadata;
    const isLost = type === "DELETED" || !isReady(object) || !isAlive(object);
    if (isReady(previous) && isAlive(previous) && isLost) losses.push({ namespace, name, at });
    const isEvicted =
      !previous.metadata.deletionTimestamp &&
      object.metadata.deletionTimestamp &&
      object.status.conditions?.some(({ reason }) => reason === "EvictionByEvictionAPI");
    if (!isEvicted || hasEnded(previous) || !isReady(previous)) return;
    if (losses.some((loss) => loss.namespace === namespace && loss.name !== name && at - loss.at < STOPPED_MS)) return;
    for (const { metadata, spec, status } of before.list("poddisruptionbudgets.policy", namespace)) {
      if (status.observedGeneration !== metadata.generation || !selects(spec.selector, labels)) continue;
      const left = before
        .list("pods", namespace)
        .filter((pod) => pod.metadata.name !== name && selects(spec.selector, pod.metadata.labels))
        .filter((pod) => isReady(pod) && isAlive(pod));
      if (left.length < (status.desiredHealthy ?? 0))
        yield `budget ${metadata.name} wants ${status.desiredHealthy} healthy pods, ${left.length} are left`;
    }
  });
};
