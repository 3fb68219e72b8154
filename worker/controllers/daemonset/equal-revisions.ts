/** Of several revisions equal to the template, only the newest is needed. */
import type { ControllerRevision } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Effect } from "../controller.ts";
import { trimHistory } from "../controller-revisions.ts";
import { same } from "../same.ts";
import { HASH } from "./daemon-pod.ts";

interface Revisions {
  readonly update: Stored<ControllerRevision>;
  readonly all: readonly Stored<ControllerRevision>[];
}

const COPY_IS_NEW_MS = 5000;

/**
 * A client that has just copied a revision may still change and delete it, even if the set is reconciled meanwhile: so
 * far its copy does not count. It does at `wakeAt` (ms).
 */
export function withoutNewCopies({ update, all }: Revisions, now: number): Revisions & { readonly wakeAt?: number } {
  const [original, ...copies] = all.filter((each) => same(each.data, update.data));
  const due = ({ metadata }: Stored<ControllerRevision>) => Date.parse(metadata.creationTimestamp) + COPY_IS_NEW_MS;
  const fresh = new Set(copies.filter((each) => due(each) > now));
  if (original === undefined || fresh.size === 0) return { update, all };
  const counted = all.filter((each) => !fresh.has(each));
  const newest = counted.findLast((each) => same(each.data, update.data)) ?? original;
  return { update: newest, all: counted, wakeAt: Math.min(...[...fresh].map(due)) };
}

/** Deletes the others, after relabelling their pods to the one that stays. */
export function mergeEqual({ update, all }: Revisions, pods: readonly Stored<Pod>[]): readonly Effect[] {
  const others = all.filter((each) => each.metadata.name !== update.metadata.name && same(each.data, update.data));
  if (others.length === 0) return [];
  const left = new Set(others.map(({ metadata }) => metadata.labels?.[HASH]));
  const labels = { [HASH]: update.metadata.labels?.[HASH] };
  const relabelled = pods.filter(({ metadata }) => left.has(metadata.labels?.[HASH] ?? ""));
  return [
    ...relabelled.map(
      ({ metadata }): Effect => ({
        op: "patch",
        resource: "pods",
        namespace: metadata.namespace ?? "",
        name: metadata.name,
        type: "application/merge-patch+json",
        patch: { metadata: { labels } },
      }),
    ),
    ...trimHistory(others, others.length),
  ];
}
