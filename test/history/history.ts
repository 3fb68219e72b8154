/**
 * Whether a history of a cluster is one that Kubernetes could have. A history is all changes of all resources in the
 * order of their revisions; rules look at each of them, and at what the cluster contained before.
 */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { ObjectOf, ResourceTypes } from "../../api/resources/resource-types.ts";
import { type Change, type ClusterState, keyOf } from "./cluster-state.ts";

/** A change, what it replaced, and the cluster before it. */
export interface Moment<T extends KubeObject = KubeObject> extends Change<T> {
  /** An object of the same name and the same uid. */
  readonly previous: Stored<T> | undefined;
  readonly before: ClusterState;
}

/** Says what is wrong. A rule may remember earlier moments; each history has its own. */
export type Rule = (moment: Moment) => Iterable<string>;
export type RuleMaker = () => Rule;

/** A rule about changes of one resource. */
export const about =
  <R extends keyof ResourceTypes>(resource: R, rule: (moment: Moment<ObjectOf<R>>) => Iterable<string>): Rule =>
  (moment) =>
    moment.resource === resource ? rule(moment as Moment<ObjectOf<R>>) : [];

/** What violates the rules, at most so much. */
export function violations(
  initial: ClusterState,
  changes: readonly Change[],
  { rules, limit = 100 }: { readonly rules: readonly RuleMaker[]; readonly limit?: number },
): readonly string[] {
  const found: string[] = [];
  const each = rules.map((make) => make());
  let last = 0;
  for (const change of changes.toSorted((a, b) => a.revision - b.revision)) {
    const { resource, object, revision, type } = change;
    const where = `${revision} ${type} ${resource} ${keyOf(object)}`;
    if (revision === last) found.push(`${where}: the revision of another change`);
    last = revision;
    const known = initial.find(resource, keyOf(object));
    const previous = known?.metadata.uid === object.metadata.uid ? known : undefined;
    for (const rule of each)
      for (const problem of rule({ ...change, previous, before: initial })) found.push(`${where}: ${problem}`);
    initial.apply(change);
    if (found.length >= limit) break;
  }
  return found;
}
