/** How many nodes and pods are ready, and how full the nodes are. */
import type { Node } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { CostTile } from "../cost/cost-tile.tsx";
import { Meter } from "../parts/meter.tsx";
import { href, moment } from "../route.ts";
import type { PodSummary } from "../summaries/pod-summary.ts";
import { cpuOf, memoryOf, podsOf } from "../summaries/resources.ts";
import { isNodeReady } from "../troubles/node-troubles.ts";
import { CapacityBar } from "../usage/capacity-bar.tsx";
import { totalsOf } from "../usage/usage-history.ts";
import { useUsage } from "../usage/use-usage.ts";

/** Undefined: may not be seen. */
interface CountsProps {
  readonly nodes: readonly Stored<Node>[] | undefined;
  readonly pods: readonly PodSummary[] | undefined;
  /** Whether some have not arrived yet, so that there is no number to show. */
  readonly loading: boolean;
}

export function Counts({ nodes, pods, loading }: CountsProps) {
  const usage = useUsage("nodes");
  const alive = pods?.filter(({ finished }) => !finished);
  return (
    <div class="tiles">
      {nodes && <NodesReady nodes={nodes} loading={loading} />}
      {alive && <PodsReady pods={alive} loading={loading} />}
      {nodes && alive && (
        <Room nodes={nodes} placed={alive.filter(({ node }) => node !== "")} usage={usage} loading={loading} />
      )}
      {nodes && moment.value === "" && <CostTile nodes={nodes.length} />}
    </div>
  );
}

interface NodesReadyProps {
  readonly nodes: readonly Stored<Node>[];
  readonly loading: boolean;
}

function NodesReady({ nodes, loading }: NodesReadyProps) {
  const ready = nodes.filter(isNodeReady).length;
  return (
    <a class="tile" href={href(["kind", "core", "v1", "nodes"])}>
      <h2>Nodes ready</h2>
      <Meter used={ready} of={nodes.length} bad={ready < nodes.length} loading={loading} />
    </a>
  );
}

interface PodsReadyProps {
  readonly pods: readonly PodSummary[];
  readonly loading: boolean;
}

function PodsReady({ pods, loading }: PodsReadyProps) {
  const ready = pods.filter((pod) => pod.ready).length;
  return (
    <a class="tile" href={href(["kind", "core", "v1", "pods"])}>
      <h2>Pods ready</h2>
      <Meter used={ready} of={pods.length} bad={ready < pods.length} loading={loading} />
    </a>
  );
}

interface RoomProps {
  readonly nodes: readonly Stored<Node>[];
  readonly placed: readonly PodSummary[];
  readonly usage: ReturnType<typeof useUsage>;
  readonly loading: boolean;
}

function Room({ nodes, placed, usage, loading }: RoomProps) {
  const room = (of: typeof cpuOf) => nodes.reduce((sum, { status }) => sum + of(status.allocatable), 0);
  const requested = (key: "cpu" | "memory") => placed.reduce((sum, pod) => sum + pod[key], 0);
  return (
    <>
      <div class="tile">
        <CapacityBar
          of="cpu"
          capacity={room(cpuOf)}
          requested={requested("cpu")}
          used={totalsOf(usage, "cpu")}
          loading={loading}
        />
      </div>
      <div class="tile">
        <CapacityBar
          of="memory"
          capacity={room(memoryOf)}
          requested={requested("memory")}
          used={totalsOf(usage, "memory")}
          loading={loading}
        />
      </div>
      <div class="tile">
        <h2>Pods placed</h2>
        <Meter used={placed.length} of={room(podsOf)} loading={loading} />
      </div>
    </>
  );
}
