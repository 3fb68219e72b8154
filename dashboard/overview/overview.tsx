/** Problems first; then counts, and the utilization of nodes. */
import { useMemo } from "preact/hooks";
import { LiveBadge, refusal, waitingFor, worstOf } from "../live/live-badge.tsx";
import { coarseNow } from "../now.ts";
import { namespace } from "../route.ts";
import { newestFirst } from "../summaries/events-of.ts";
import { allTroubles } from "../troubles/all-troubles.ts";
import { Counts } from "./counts.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { TroublesCard } from "./troubles-card.tsx";
import { useWatched } from "./use-watched.ts";
import { WarningsCard } from "./warnings-card.tsx";

const WORDS = {
  nodes: "nodes",
  pods: "pods",
  deployments: "Deployments",
  statefulSets: "StatefulSets",
  daemonSets: "DaemonSets",
  jobs: "Jobs",
  claims: "volume claims",
  warnings: "events",
} as const satisfies Record<keyof ReturnType<typeof useWatched>, string>;

export function Overview() {
  const lists = useWatched(namespace.value);
  const { nodes, pods, deployments, statefulSets, daemonSets, jobs, claims, warnings } = lists;
  const states = Object.values(lists).map((list) => list.state.value);
  const forbidden = Object.entries(lists).filter(([, list]) => refusal(list.state.value)?.forbidden);
  const seen = states.filter((state) => !refusal(state)?.forbidden);
  const worst = worstOf(seen.length > 0 ? seen : states);
  const waiting = waitingFor(worst);
  const refused = states.map(refusal).filter((found) => found !== undefined);
  const problems = refused.filter(({ forbidden }) => !forbidden).map(({ problem }) => problem);

  const items = [nodes, pods, deployments, statefulSets, daemonSets, jobs, claims, warnings].map(
    (list) => list.items.value,
  );
  const troubles = useMemo(
    () =>
      allTroubles(
        {
          nodes: [...nodes.items.value.values()],
          pods: [...pods.items.value.values()],
          deployments: [...deployments.items.value.values()],
          statefulSets: [...statefulSets.items.value.values()],
          daemonSets: [...daemonSets.items.value.values()],
          jobs: [...jobs.items.value.values()],
          claims: [...claims.items.value.values()],
          warnings: [...warnings.items.value.values()],
        },
        coarseNow.value,
      ),
    [...items, coarseNow.value],
  );
  const events = useMemo(() => [...warnings.items.value.values()].sort(newestFirst), [warnings.items.value]);
  const empty = worst.name === "live" && pods.items.value.size + deployments.items.value.size === 0;

  return (
    <section class="page overview">
      <div class="list-header">
        <h1>Overview</h1>
        <LiveBadge state={worst} />
      </div>
      {forbidden.length > 0 && (
        <p class="quiet">
          You may not see {forbidden.map(([name]) => WORDS[name as keyof typeof WORDS]).join(", ")}: what is wrong there
          is not listed.
        </p>
      )}
      {problems.map((problem) => (
        <p class="problem" role="alert" key={problem}>
          {problem}
        </p>
      ))}
      <Counts
        nodes={refusal(nodes.state.value) ? undefined : [...nodes.items.value.values()]}
        pods={refusal(pods.state.value) ? undefined : [...pods.items.value.values()]}
        loading={[nodes, pods].some((list) => list.state.value.name === "loading")}
      />
      {empty && <FirstSteps nodes={nodes.items.value.size} />}
      <div class="columns">
        <TroublesCard
          troubles={troubles}
          nothing={waiting ?? (refused.length === 0 ? "Nothing is wrong." : "Nothing is wrong of what you may see.")}
        />
        <WarningsCard
          warnings={events}
          nothing={
            waiting ?? (refusal(warnings.state.value) ? "You may not see events." : "No warning in the last hour.")
          }
        />
      </div>
    </section>
  );
}
