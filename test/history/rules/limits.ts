/** Admission lets no pod pass a namespace's quota, or without the defaults of its limit ranges. */
import { about, type Rule } from "../history.ts";
import { hasEnded } from "../pods.ts";

/** How many revisions admission may be behind. */
const BEHIND = 50;
const MARGIN_MS = 1000;

export const quotas = (): Rule =>
  about("pods", function* ({ type, object, at, before }) {
    const { namespace = "" } = object.metadata;
    if (type !== "ADDED") return;
    for (const { metadata, spec, status } of before.list("resourcequotas", namespace)) {
      const hard = status.hard?.pods;
      if (hard === undefined || hard !== spec.hard?.pods) continue;
      // A quota that is changed to less than there is already refuses nothing that is there.
      if (Number(status.used?.pods ?? 0) > Number(hard)) continue;
      const counted = before.list("pods", namespace).filter((pod) => {
        const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
        const end = Date.parse(deletionTimestamp ?? "9999-12-31T00:00:00Z") + deletionGracePeriodSeconds * 1000;
        return !hasEnded(pod) && at < end - MARGIN_MS;
      });
      if (counted.length + 1 > Number(hard))
        yield `quota ${metadata.name} allows ${hard} pods, not ${counted.length + 1}`;
    }
  });

export const limitRanges = (): Rule =>
  about("pods", function* ({ type, object, revision, before }) {
    if (type !== "ADDED") return;
    const ranges = before.list("limitranges", object.metadata.namespace);
    const known = ranges.filter(({ metadata }) => Number(metadata.resourceVersion) < revision - BEHIND);
    if (!known.some(({ spec }) => spec.limits.some(({ defaultRequest }) => defaultRequest?.cpu))) return;
    if (object.spec.containers.some(({ resources }) => resources?.requests?.cpu === undefined))
      yield "a limit range would have given it a request";
  });
