/** How the pods of an old template are replaced. */
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Batch, Effect } from "../controller.ts";
import { scaledValue } from "../int-or-percent.ts";
import { podRemoval } from "../pod/pod-removal.ts";
import { isAvailable } from "../pod/pod-state.ts";
import { creations } from "./daemon-effects.ts";
import type { Place, Rollout } from "./places.ts";

export const surgeOf = ({ spec }: DaemonSet, nodes: number) =>
  scaledValue(spec.updateStrategy?.rollingUpdate?.maxSurge, nodes, "up");

/** Replaces old pods: those that do not work at once, working ones as far as the strategy allows. */
export function planUpdate(
  daemonSet: Stored<DaemonSet>,
  places: readonly Place[],
  { hash, isNew, now }: Rollout,
): readonly (Effect | Batch)[] {
  if (daemonSet.spec.updateStrategy?.type === "OnDelete") return [];
  const { minReadySeconds = 0, updateStrategy } = daemonSet.spec;
  const wanted = places.filter(({ fit }) => fit.run);
  const available = (pod: Pod | undefined) => pod !== undefined && isAvailable(pod, minReadySeconds, now);
  const states = wanted.map(({ node, pods }) => {
    const present = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    return { name: node.metadata.name, next: present.find(isNew), old: present.find((pod) => !isNew(pod)) };
  });
  const surge = surgeOf(daemonSet, wanted.length);
  if (surge > 0) {
    const replaced = states.filter(({ old, next }) => old && available(next)).map(({ old }) => old);
    const surging = states.filter(({ old, next }) => old && next && !available(next) && available(old)).length;
    const waiting = states.filter(({ old, next }) => old && !next);
    const broken = waiting.filter(({ old }) => !available(old));
    const sound = waiting.filter(({ old }) => available(old)).slice(0, Math.max(0, surge - surging));
    const removals = replaced.filter((pod) => pod !== undefined).map((pod) => podRemoval(daemonSet, pod));
    return [
      ...creations(
        daemonSet,
        [...broken, ...sound].map(({ name }) => name),
        hash,
      ),
      ...removals,
    ];
  }
  const most = Math.max(1, scaledValue(updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.length, "up"));
  const broken = states.filter(({ old, next }) => old && !next && !available(old));
  const unavailable = states.filter(({ old, next }) => !available(old) && !available(next)).length;
  const candidates = states.filter(({ old, next }) => old && !next && available(old));
  const chosen = [...broken, ...candidates.slice(0, Math.max(0, most - unavailable))];
  return chosen
    .map(({ old }) => old)
    .filter((pod) => pod !== undefined)
    .map((pod) => podRemoval(daemonSet, pod));
}
