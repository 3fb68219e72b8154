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

export const surgeOf = ({ spec: { updateStrategy } }: DaemonSet, nodes: number) =>
  updateStrategy?.type === "OnDelete" ? 0 : scaledValue(updateStrategy?.rollingUpdate?.maxSurge, nodes, "up");

/** Replaces old pods: unavailable ones at once, available ones as far as the strategy allows. */
export function planUpdate(
  daemonSet: Stored<DaemonSet>,
  places: readonly Place[],
  { hash, isNew, now }: Rollout,
): readonly (Effect | Batch)[] {
  if (daemonSet.spec.updateStrategy?.type === "OnDelete") return [];
  const { minReadySeconds = 0, updateStrategy } = daemonSet.spec;
  const wanted = places.filter(({ fit }) => fit.shouldRun).length;
  const available = (pod: Pod | undefined) => pod !== undefined && isAvailable(pod, minReadySeconds, now);
  // Pods may stay on a node that takes no new ones: there it is the update that deletes them.
  const states = places
    .filter(({ fit, pods }) => fit.shouldRun || pods.length > 0)
    .map(({ node, fit, pods }) => {
      const present = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
      const next = present.find(isNew);
      const old = present.find((pod) => !isNew(pod));
      return { name: node.metadata.name, run: fit.shouldRun, next, old, sound: available(old ?? next) };
    });
  const waiting = states.filter(({ old, next }) => old && !next);
  const remove = (gone: readonly { readonly old: Stored<Pod> | undefined }[]) =>
    gone.flatMap(({ old }) => (old ? [podRemoval(daemonSet, old)] : []));
  const surge = surgeOf(daemonSet, wanted);
  if (surge > 0) {
    const replaced = states.filter(({ old, next }) => old && available(next));
    const surging = states.filter(({ old, next }) => old && next && !available(next)).length;
    const [staying, leaving] = [waiting.filter(({ run }) => run), waiting.filter(({ run }) => !run)];
    const [broken, sound] = [staying.filter((state) => !state.sound), staying.filter((state) => state.sound)];
    const made = [...broken, ...sound.slice(0, Math.max(0, surge - surging))];
    // Of the healthy old pods, delete at most the number in excess of what must stay available.
    const spare = Math.max(0, states.filter((state) => state.sound).length - wanted);
    const left = [
      ...leaving.filter((state) => !state.sound),
      ...leaving.filter((state) => state.sound).slice(0, spare),
    ];
    const names = made.map(({ name }) => name);
    return [...creations(daemonSet, names, hash), ...remove([...replaced, ...left])];
  }
  const most = Math.max(1, scaledValue(updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted, "up"));
  const unavailable = states.filter(({ old, next }) => !available(old) && !available(next)).length;
  const candidates = waiting.filter(({ sound }) => sound).slice(0, Math.max(0, most - unavailable));
  return remove([...waiting.filter(({ sound }) => !sound), ...candidates]);
}
