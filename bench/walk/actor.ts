/** Somebody who does things at random while a walk lasts. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { ClusterState } from "../../test/history/cluster-state.ts";
import type { Random } from "./random.ts";
import type { Place, Reply, WalkClient } from "./walk-client.ts";

export interface Actor {
  /** How long it may wait before it acts again (ms); absent: as users do. */
  readonly pauses?: readonly [number, ...number[]];
  act(): Promise<void>;
  /** Nothing happens later, and nothing is left that would keep controllers from their work. */
  rest?(): Promise<void>;
}

export interface ActorOptions {
  readonly random: Random;
  readonly client: WalkClient;
  readonly state: ClusterState;
  readonly log: (line: string) => void;
}

export const NAMESPACES = ["walk-0", "walk-1", "walk-2"] as const;

export const placeOf = (resource: GroupResource, { metadata: { namespace, name } }: Stored<KubeObject>): Place => ({
  resource,
  namespace,
  name,
});

/** One of the objects of a resource in the namespaces of the walk. */
export function someOf(
  { random, state }: Pick<ActorOptions, "random" | "state">,
  resource: GroupResource,
  where: (object: Stored<KubeObject>) => boolean = () => true,
): Stored<KubeObject> | undefined {
  const ours = NAMESPACES.flatMap((namespace) => state.all(resource, namespace)).filter(where);
  return random.pick(ours.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)));
}

/** A line of the log. */
export function outcome(
  what: string,
  resource: GroupResource,
  { metadata }: KubeObject,
  reply: Reply | undefined,
): string {
  const answer = reply ? `${reply.status} ${reply.status < 300 ? "" : (reply.object.message ?? "")}` : "no answer";
  return `${what} ${resource} ${metadata.namespace ?? ""}/${metadata.name}: ${answer}`;
}
