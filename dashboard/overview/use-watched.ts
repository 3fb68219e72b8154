/** The live lists that the overview is about, in the namespace that is shown. */
import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Job } from "../../api/generated/batch.v1.ts";
import type { Event, Node, PersistentVolumeClaim, Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { resourcePath } from "../../client/resource-path.ts";
import type { LiveSource } from "../live/live-list.ts";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { type Happening, happeningOf } from "../summaries/events-of.ts";
import { type PodSummary, podSummaryOf } from "../summaries/pod-summary.ts";

export function useWatched(namespace: string) {
  const sources = sourcesIn(namespace);
  return {
    nodes: useLiveList("nodes", sources.nodes),
    pods: useLiveList(`pods ${namespace}`, sources.pods),
    deployments: useLiveList(`deployments ${namespace}`, sources.deployments),
    statefulSets: useLiveList(`statefulsets ${namespace}`, sources.statefulSets),
    daemonSets: useLiveList(`daemonsets ${namespace}`, sources.daemonSets),
    jobs: useLiveList(`jobs ${namespace}`, sources.jobs),
    claims: useLiveList(`claims ${namespace}`, sources.claims),
    warnings: useLiveList(`warnings ${namespace}`, sources.warnings),
  };
}

function sourcesIn(namespace: string) {
  const objects =
    <O extends KubeObject>(resource: string) =>
    (): LiveSource<Stored<O>> =>
      objectsAt<O>(resourcePath({ resource, namespace }));
  return {
    nodes: () => objectsAt<Node>(resourcePath({ resource: "nodes" })),
    pods: () => objectsAt<Pod, PodSummary>(resourcePath({ resource: "pods", namespace }), {}, podSummaryOf),
    deployments: objects<Deployment>("deployments.apps"),
    statefulSets: objects<StatefulSet>("statefulsets.apps"),
    daemonSets: objects<DaemonSet>("daemonsets.apps"),
    jobs: objects<Job>("jobs.batch"),
    claims: objects<PersistentVolumeClaim>("persistentvolumeclaims"),
    warnings: () =>
      objectsAt<Event, Happening>(
        resourcePath({ resource: "events", namespace }),
        { fieldSelector: "type=Warning" },
        happeningOf,
      ),
  };
}
