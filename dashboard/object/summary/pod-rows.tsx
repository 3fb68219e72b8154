/** Pods with their states: the leaves of ownership trees and of nodes. */
import { kindOfReference } from "../../api/discovery.ts";
import { objectHref } from "../../api/links.ts";
import { coarseNow } from "../../now.ts";
import { Age } from "../../parts/age.tsx";
import { StateChip } from "../../parts/state-chip.tsx";
import type { PodSummary } from "../../summaries/pod-summary.ts";
import { podTroubles } from "../../troubles/pod-troubles.ts";
import type { Trouble } from "../../troubles/trouble.ts";

const MAX_ROWS = 200;

interface PodListProps {
  readonly pods: readonly PodSummary[];
  /** Set if all are on this node, so that it need not be shown. */
  readonly node?: string;
}

export function PodList({ pods, node }: PodListProps) {
  const kind = kindOfReference("v1", "Pod");
  const ordered = pods.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const troubles = ordered.slice(0, MAX_ROWS).map(troubleOf);
  return (
    <ul class="plain tree">
      {ordered.slice(0, MAX_ROWS).map((pod, i) => (
        <li key={pod.uid}>
          <StateChip text={pod.state === "Running" && !pod.ready ? "Not ready" : pod.state} {...toneOf(pod)} />{" "}
          {kind ? <a href={objectHref(kind, pod)}>{pod.name}</a> : pod.name}{" "}
          <span class="quiet">
            <Age of={pod.created} />
            {pod.restarts > 0 && `, ${pod.restarts} ${pod.restarts === 1 ? "restart" : "restarts"}`}
            {pod.node && pod.node !== node && `, on ${pod.node}`}
          </span>
          {troubles[i]?.why !== troubles[i - 1]?.why && <Why of={troubles[i]} />}
        </li>
      ))}
      {ordered.length > MAX_ROWS && <li class="quiet">and {ordered.length - MAX_ROWS} more</li>}
    </ul>
  );
}

/** Why a pod is not ready, and what to do. Of several with the same reason, only the first shows it. */
const troubleOf = (pod: PodSummary): Trouble | undefined =>
  podTroubles([pod], { now: coarseNow.value, warningOf: () => undefined })[0];

const Why = ({ of }: { readonly of: Trouble | undefined }) =>
  of ? (
    <>
      <p>{of.why}</p>
      {of.detail !== "" && <p class="quiet">{of.detail}</p>}
    </>
  ) : null;

const toneOf = ({ state, ready }: PodSummary) => (state === "Running" && !ready ? { tone: "warn" as const } : {});

interface PodRowsProps extends PodListProps {
  readonly title: string;
  readonly nothing?: string;
}

export const PodRows = ({ title, nothing = "None.", ...of }: PodRowsProps) => (
  <section class="card">
    <h2>
      {title} <span class="count">{of.pods.length}</span>
    </h2>
    {of.pods.length === 0 ? <p class="quiet">{nothing}</p> : <PodList {...of} />}
  </section>
);
