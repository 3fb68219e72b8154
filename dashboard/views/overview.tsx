/** Problems first; then counts, and the utilization of nodes. */
import { useMemo } from "preact/hooks";
import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Event, Node, Pod } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { kindOfReference } from "../api/discovery.ts";
import { objectHref } from "../api/links.ts";
import { CostTile } from "../cost/cost-tile.tsx";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { now } from "../now.ts";
import { Age } from "../parts/age.tsx";
import { CapacityBar } from "../parts/capacity-bar.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { LiveBadge, refusal, waitingFor, worstOf } from "../parts/live-badge.tsx";
import { Meter } from "../parts/meter.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { href, moment, namespace } from "../route.ts";
import { type Gathered, gathered } from "../summaries/alike.ts";
import { type Happening, happeningOf, newestFirst, sortOfHappening } from "../summaries/events-of.ts";
import { type PodSummary, podSummaryOf } from "../summaries/pod-summary.ts";
import { cpuOf, memoryOf, podsOf } from "../summaries/resources.ts";
import {
  daemonSetTroubles,
  deploymentTroubles,
  isNodeReady,
  nodeTroubles,
  podTroubles,
  sortOfTrouble,
  statefulSetTroubles,
  type Trouble,
  worstFirst,
} from "../summaries/troubles.ts";
import { totalsOf } from "../usage/usage-history.ts";
import { useUsage } from "../usage/use-usage.ts";
import { Subject } from "./events.tsx";

const MOST_TROUBLES = 50;
const MOST_EVENTS = 20;

export function Overview() {
  const ns = namespace.value;
  const path = (resource: string) => resourcePath({ resource, namespace: resource === "nodes" ? "" : ns });
  const nodes = useLiveList("nodes", () => objectsAt<Node>(path("nodes")));
  const pods = useLiveList(`pods ${ns}`, () => objectsAt<Pod, PodSummary>(path("pods"), {}, podSummaryOf));
  const deployments = useLiveList(`deployments ${ns}`, () => objectsAt<Deployment>(path("deployments.apps")));
  const statefulSets = useLiveList(`statefulsets ${ns}`, () => objectsAt<StatefulSet>(path("statefulsets.apps")));
  const daemonSets = useLiveList(`daemonsets ${ns}`, () => objectsAt<DaemonSet>(path("daemonsets.apps")));
  const warnings = useLiveList(`warnings ${ns}`, () =>
    objectsAt<Event, Happening>(path("events"), { fieldSelector: "type=Warning" }, happeningOf),
  );
  const lists = [nodes, pods, deployments, statefulSets, daemonSets, warnings];
  const states = lists.map((list) => list.state.value);
  const seen = states.filter((state) => !refusal(state)?.forbidden);
  const worst = worstOf(seen.length > 0 ? seen : states);
  const waiting = waitingFor(worst);
  const refused = states.map(refusal).filter((found) => found !== undefined);

  // Whether pods are late only needs to be checked now and then.
  const minute = Math.floor(now.value / 10_000) * 10_000;
  const troubles = useMemo(
    () =>
      [
        ...nodeTroubles(nodes.items.value.values()),
        ...podTroubles(pods.items.value.values(), minute),
        ...deploymentTroubles(deployments.items.value.values()),
        ...statefulSetTroubles(statefulSets.items.value.values()),
        ...daemonSetTroubles(daemonSets.items.value.values()),
      ].sort(worstFirst),
    [
      nodes.items.value,
      pods.items.value,
      deployments.items.value,
      statefulSets.items.value,
      daemonSets.items.value,
      minute,
    ],
  );
  const events = useMemo(() => [...warnings.items.value.values()].sort(newestFirst), [warnings.items.value]);

  return (
    <section class="page overview">
      <div class="list-header">
        <h1>Overview</h1>
        <LiveBadge state={worst} />
      </div>
      {refused.map(({ problem, forbidden }) => (
        <p class={forbidden ? "quiet" : "problem"} role={forbidden ? undefined : "alert"} key={problem}>
          {problem}
        </p>
      ))}
      <Counts
        nodes={refusal(nodes.state.value) ? undefined : [...nodes.items.value.values()]}
        pods={refusal(pods.state.value) ? undefined : [...pods.items.value.values()]}
      />
      {worst.name === "live" && pods.items.value.size + deployments.items.value.size === 0 && <FirstSteps />}
      <div class="columns">
        <section class="card">
          <h2>Needs attention {troubles.length > 0 && <span class="count">{troubles.length}</span>}</h2>
          {troubles.length === 0 ? (
            <p class="quiet">
              {waiting ?? (refused.length === 0 ? "Nothing is wrong." : "Nothing is wrong of what you may see.")}
            </p>
          ) : (
            <ul class="plain rows">
              {gathered(troubles, sortOfTrouble)
                .slice(0, MOST_TROUBLES)
                .map((sort) => TroubleRow(sort))}
            </ul>
          )}
        </section>
        <section class="card">
          <h2>Warnings {events.length > 0 && <span class="count">{events.length}</span>}</h2>
          {events.length === 0 ? (
            <p class="quiet">
              {waiting ?? (refusal(warnings.state.value) ? "You may not see events." : "No warning in the last hour.")}
            </p>
          ) : (
            <ul class="plain rows">
              {gathered(events, sortOfHappening)
                .slice(0, MOST_EVENTS)
                .map(({ first: event, others }) => (
                  <li key={event.uid}>
                    <span class="quiet">
                      <Age of={event.lastSeen} /> {event.count > 1 && `×${event.count}`}
                    </span>{" "}
                    <strong>{event.reason}</strong> <Subject of={event} /> <Others count={others} />
                    <p>{event.message}</p>
                  </li>
                ))}
            </ul>
          )}
        </section>
      </div>
    </section>
  );
}

/** For a cluster without workloads. */
const FirstSteps = () => (
  <section class="card first-steps">
    <h2>Nothing runs here yet</h2>
    <p>
      <a href={href(["apply"])}>Create, apply</a> writes a manifest with you, or with kubectl:
    </p>
    <KubectlLine command={FIRST_DEPLOYMENT} />
  </section>
);

/** With a command: nodes without containers run that instead of the image. */
const FIRST_DEPLOYMENT = "kubectl create deployment hello --image=busybox -- sh -c 'while date; do sleep 1; done'";

const Others = ({ count }: { readonly count: number }) =>
  count === 0 ? null : <span class="quiet">and {count} alike</span>;

const IN_APPS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

function TroubleRow({ first: trouble, others }: Gathered<Trouble>) {
  const kind = kindOfReference(IN_APPS.has(trouble.kind) ? "apps/v1" : "v1", trouble.kind);
  return (
    <li key={trouble.uid}>
      <StateChip text={trouble.state} tone={trouble.tone} /> <span class="quiet">{trouble.kind}</span>{" "}
      {kind && (
        <a href={objectHref(kind, trouble)}>
          {trouble.namespace && `${trouble.namespace}/`}
          {trouble.name}
        </a>
      )}{" "}
      <Others count={others} />{" "}
      <span class="quiet">
        <Age of={trouble.since} />
      </span>
      <p>{trouble.why}</p>
    </li>
  );
}

/** Undefined: may not be seen. */
interface CountsProps {
  readonly nodes: readonly Stored<Node>[] | undefined;
  readonly pods: readonly PodSummary[] | undefined;
}

function Counts({ nodes, pods }: CountsProps) {
  const usage = useUsage("nodes");
  const alive = pods?.filter(({ finished }) => !finished);
  return (
    <div class="tiles">
      {nodes && <NodesReady nodes={nodes} />}
      {alive && <PodsReady pods={alive} />}
      {nodes && alive && <Room nodes={nodes} placed={alive.filter(({ node }) => node !== "")} usage={usage} />}
      {nodes && moment.value === "" && <CostTile nodes={nodes.length} />}
    </div>
  );
}

function NodesReady({ nodes }: { readonly nodes: readonly Stored<Node>[] }) {
  const ready = nodes.filter(isNodeReady).length;
  return (
    <a class="tile" href={href(["kind", "core", "v1", "nodes"])}>
      <h2>Nodes ready</h2>
      <Meter used={ready} of={nodes.length} bad={ready < nodes.length} />
    </a>
  );
}

function PodsReady({ pods }: { readonly pods: readonly PodSummary[] }) {
  const ready = pods.filter((pod) => pod.ready).length;
  return (
    <a class="tile" href={href(["kind", "core", "v1", "pods"])}>
      <h2>Pods ready</h2>
      <Meter used={ready} of={pods.length} bad={ready < pods.length} />
    </a>
  );
}

interface RoomProps {
  readonly nodes: readonly Stored<Node>[];
  readonly placed: readonly PodSummary[];
  readonly usage: ReturnType<typeof useUsage>;
}

function Room({ nodes, placed, usage }: RoomProps) {
  const room = (of: typeof cpuOf) => nodes.reduce((sum, { status }) => sum + of(status.allocatable), 0);
  const requested = (key: "cpu" | "memory") => placed.reduce((sum, pod) => sum + pod[key], 0);
  return (
    <>
      <div class="tile">
        <CapacityBar of="cpu" capacity={room(cpuOf)} requested={requested("cpu")} used={totalsOf(usage, "cpu")} />
      </div>
      <div class="tile">
        <CapacityBar
          of="memory"
          capacity={room(memoryOf)}
          requested={requested("memory")}
          used={totalsOf(usage, "memory")}
        />
      </div>
      <div class="tile">
        <h2>Pods placed</h2>
        <Meter used={placed.length} of={room(podsOf)} />
      </div>
    </>
  );
}
