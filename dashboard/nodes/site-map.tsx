/** Nodes by site, with their connection and utilization. */
import type { ComponentChildren } from "preact";
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { kindOfReference } from "../api/discovery.ts";
import { objectHref } from "../api/links.ts";
import { refusal } from "../live/live-badge.tsx";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { Age } from "../parts/age.tsx";
import { matcher } from "../parts/matches.ts";
import { Notice, RefusedNotice } from "../parts/notice.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { type PodSummary, podSummaryOf } from "../summaries/pod-summary.ts";
import { podsOf } from "../summaries/resources.ts";
import { filterText, ListHeader } from "../table/list-header.tsx";
import { NodeCapacityBar } from "../usage/capacity-bar.tsx";
import type { UsageSample } from "../usage/usage-history.ts";
import { useUsage } from "../usage/use-usage.ts";
import { type PlacedNode, sitesOf } from "./sites.ts";

export function SiteMap({ tools }: { readonly tools: ComponentChildren }) {
  const nodes = useLiveList("nodes", () => objectsAt<Node>(resourcePath({ resource: "nodes" })));
  const pods = useLiveList("pods ", () =>
    objectsAt<Pod, PodSummary>(resourcePath({ resource: "pods" }), {}, podSummaryOf),
  );
  const usage = useUsage("nodes");
  const matches = matcher(filterText());
  const wanted = [...nodes.items.value.values()].filter(({ metadata }) =>
    matches([metadata.name, ...Object.entries(metadata.labels ?? {}).map((label) => label.join("="))].join(" ")),
  );
  const state = nodes.state.value;
  const refused = refusal(state);
  return (
    <section class="page">
      <ListHeader title="Nodes" shown={wanted.length} all={nodes.items.value.size} state={state}>
        {tools}
      </ListHeader>
      {refused && <RefusedNotice {...refused} />}
      {!refused && wanted.length === 0 && state.name !== "loading" && (
        <Notice title={filterText() ? "No node matches the filter" : "No nodes yet"}>
          {!filterText() && "Join a node prints the command that makes a machine one."}
        </Notice>
      )}
      <div class="sites">
        {sitesOf(wanted, pods.items.value.values()).map(({ name, nodes: members }) => (
          <section key={name} aria-label={name || "No site"}>
            <h2>
              {name || "No site"} <span class="count">{members.length}</span>
            </h2>
            <div class="site">
              {members.map((placed) => (
                <NodeCard key={placed.node.metadata.uid} placed={placed} used={usage.get(placed.node.metadata.name)} />
              ))}
            </div>
          </section>
        ))}
      </div>
    </section>
  );
}

interface NodeCardProps {
  readonly placed: PlacedNode;
  readonly used: readonly UsageSample[] | undefined;
}

function NodeCard({ placed: { node, link, requested }, used }: NodeCardProps) {
  const { name } = node.metadata;
  const kind = kindOfReference("v1", "Node");
  const { allocatable } = node.status;
  return (
    <article class="card">
      <h3>
        {kind ? <a href={objectHref(kind, { namespace: "", name })}>{name}</a> : name}
        <StateChip text={link.text} tone={link.tone} />
        <span class="quiet">
          <Age of={link.since} />
        </span>
        {node.spec.unschedulable && <StateChip text="Cordoned" tone="warn" />}
      </h3>
      <NodeCapacityBar of="cpu" allocatable={allocatable} requested={requested} used={used} />
      <NodeCapacityBar of="memory" allocatable={allocatable} requested={requested} used={used} />
      <p class="quiet">
        {requested.pods} of {podsOf(allocatable)} pods, {node.status.nodeInfo?.osImage}
      </p>
    </article>
  );
}
