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
