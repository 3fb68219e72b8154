import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import { resourcePath } from "../../../client/resource-path.ts";
import { objectsAt, useLiveList } from "../../live/use-live-list.ts";
import { Meter } from "../../parts/meter.tsx";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { type PodSummary, podSummaryOf } from "../../summaries/pod-summary.ts";
import { podsOf } from "../../summaries/resources.ts";
import { NodeCapacityBar } from "../../usage/capacity-bar.tsx";
import { useUsage } from "../../usage/use-usage.ts";
import { PodRows } from "./pod-rows.tsx";

export function NodeSummary({ object }: ObjectProps) {
  const { spec, status } = object as Node;
  const { name } = object.metadata;
  const list = useLiveList(`pods on ${name}`, () =>
    objectsAt<Pod, PodSummary>(
      resourcePath({ resource: "pods" }),
      { fieldSelector: `spec.nodeName=${name}` },
      podSummaryOf,
    ),
  );
  const used = useUsage("nodes").get(name);
  const pods = [...list.items.value.values()];
  const alive = pods.filter(({ finished }) => !finished);
  const sumOf = (key: "cpu" | "memory") => alive.reduce((sum, pod) => sum + pod[key], 0);
  const requested = { cpu: sumOf("cpu"), memory: sumOf("memory") };
  const { nodeInfo } = status;
  return (
    <>
      <div class="tiles">
        <div class="tile">
          <NodeCapacityBar of="cpu" allocatable={status.allocatable} requested={requested} used={used} />
        </div>
        <div class="tile">
          <NodeCapacityBar of="memory" allocatable={status.allocatable} requested={requested} used={used} />
        </div>
        <div class="tile">
          <h2>Pods</h2>
          <Meter used={alive.length} of={podsOf(status.allocatable)} />
        </div>
      </div>
      <section class="card">
        <h2>Machine</h2>
        <dl class="facts">
          {(status.addresses ?? []).map(({ type, address }) => (
            <Fact key={`${type}${address}`} name={type ?? ""} value={address} />
          ))}
          <Fact name="System" value={nodeInfo?.osImage} />
          <Fact name="Kernel" value={nodeInfo?.kernelVersion} />
          <Fact name="Architecture" value={nodeInfo?.architecture} />
          <Fact name="Runtime" value={nodeInfo?.containerRuntimeVersion} />
          <Fact name="Kubelet" value={nodeInfo?.kubeletVersion} />
          <Fact name="Pod network" value={spec.podCIDR} />
          {(spec.taints ?? []).map(({ key, value, effect }) => (
            <Fact key={`${key}${effect}`} name="Taint" value={`${key}${value ? `=${value}` : ""}:${effect}`} />
          ))}
        </dl>
      </section>
      <PodRows title="Pods" pods={pods} node={object.metadata.name} />
    </>
  );
}

const Fact = ({ name, value }: { readonly name: string; readonly value: string | undefined }) =>
  value ? (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  ) : null;
