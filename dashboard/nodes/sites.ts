/** Nodes by site and connection. */
import type { Node } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { Tone } from "../parts/tone.ts";
import type { PodSummary } from "../summaries/pod-summary.ts";

export interface NodeLink {
  readonly text: "Linked" | "Linked, not ready" | "Link lost" | "Not seen yet";
  readonly tone: Tone;
  /** RFC 3339. */
  readonly since?: string | undefined;
}

/** A node whose link is lost is not known to be dead: its pods run on. */
export function linkOf({ status }: Node): NodeLink {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const since = ready?.lastTransitionTime;
  if (ready?.status === "True") return { text: "Linked", tone: "good", since };
  if (ready?.status === "False") return { text: "Linked, not ready", tone: "warn", since };
  return ready?.reason === "NodeStatusUnknown"
    ? { text: "Link lost", tone: "bad", since }
    : { text: "Not seen yet", tone: "warn", since };
}

export interface PlacedNode {
  readonly node: Stored<Node>;
  readonly link: NodeLink;
  /** Cores, bytes, and the number of pods that have not ended. */
  readonly requested: { readonly cpu: number; readonly memory: number; readonly pods: number };
}

export interface Site {
  /** "" for nodes without a site. */
  readonly name: string;
  readonly nodes: readonly PlacedNode[];
}

const SITE_LABELS = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

export function sitesOf(nodes: Iterable<Stored<Node>>, pods: Iterable<PodSummary>): Site[] {
  const byNode = Map.groupBy(
    [...pods].filter(({ finished }) => !finished),
    ({ node }) => node,
  );
  const placed = [...nodes]
    .map((node): PlacedNode => {
      const here = byNode.get(node.metadata.name) ?? [];
      const sum = (of: "cpu" | "memory") => here.reduce((total, pod) => total + pod[of], 0);
      return { node, link: linkOf(node), requested: { cpu: sum("cpu"), memory: sum("memory"), pods: here.length } };
    })
    .sort((a, b) => (a.node.metadata.name < b.node.metadata.name ? -1 : 1));
  return [...Map.groupBy(placed, ({ node }) => siteOf(node))]
    .map(([name, members]) => ({ name, nodes: members }))
    .sort((a, b) => Number(a.name === "") - Number(b.name === "") || (a.name < b.name ? -1 : 1));
}

function siteOf({ metadata }: Stored<Node>): string {
  for (const label of SITE_LABELS) {
    const value = metadata.labels?.[label];
    if (value) return value;
  }
  return "";
}
