/** What rules ask about pods. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { quantityOf } from "../../api/machinery/quantity.ts";
import type { ClusterState } from "./cluster-state.ts";

export const hasEnded = ({ status }: Pod): boolean => status.phase === "Succeeded" || status.phase === "Failed";
export const isAlive = (pod: Pod): boolean => !hasEnded(pod) && pod.metadata.deletionTimestamp === undefined;
export const isTrue = (object: KubeObject, type: string): boolean => conditionOf(object, type)?.status === "True";
export const isReady = (pod: Pod): boolean => isTrue(pod, "Ready");

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export const conditionOf = (object: KubeObject, type: string): Condition | undefined =>
  (object as { status?: { conditions?: readonly Condition[] } }).status?.conditions?.find((each) => each.type === type);

export const ownerOf = ({ metadata }: KubeObject) => metadata.ownerReferences?.find(({ controller }) => controller);

export const podsOf = (state: ClusterState, owner: Stored<KubeObject>): readonly Stored<Pod>[] =>
  state.list("pods", owner.metadata.namespace).filter((pod) => ownerOf(pod)?.uid === owner.metadata.uid);

export const amount = (text: string | undefined): number => Number(quantityOf(text).nanos) / 1e9;

/** The sum of the containers, or the init container that needs most. */
export function requested({ spec }: Pod, resource: string): number {
  const of = (containers: Pod["spec"]["containers"] = []) =>
    containers.map(({ resources }) => amount(resources?.requests?.[resource] as string | undefined));
  const running = of(spec.containers).reduce((sum, each) => sum + each, 0);
  return Math.max(running, ...of(spec.initContainers));
}
