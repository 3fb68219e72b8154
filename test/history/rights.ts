/** Whether users had the rights that they used: a change of roles and bindings is in force for the very next request. */
import type { Acknowledged } from "./acknowledged.ts";
import { type Change, type ClusterState, keyOf } from "./cluster-state.ts";

export interface Request {
  readonly user: string;
  readonly verb: string;
  readonly namespace: string;
  /** Of the core group. */
  readonly resource: string;
}

/** By a Role of the namespace, as those of a walk are. */
export function isGranted(state: ClusterState, { user, verb, namespace, resource }: Request): boolean {
  return state.list("rolebindings.rbac.authorization.k8s.io", namespace).some(({ subjects = [], roleRef }) => {
    if (!subjects.some(({ kind, name }) => kind === "User" && name === user)) return false;
    const { rules = [] } = state.get("roles.rbac.authorization.k8s.io", namespace, roleRef.name) ?? {};
    return rules.some(
      ({ verbs, resources = [] }) => resources.includes(resource) && (verbs.includes("*") || verbs.includes(verb)),
    );
  });
}

const VERBS: Readonly<Record<string, string>> = { POST: "create", PATCH: "patch", PUT: "update" };

/** What users other than the administrator have written without the right to. Applies the changes to the state. */
export function* unauthorized(
  acknowledged: readonly Acknowledged[],
  state: ClusterState,
  changes: readonly Change[],
): Iterable<string> {
  const writes = new Map(
    acknowledged
      .filter(({ user, method }) => user !== undefined && method in VERBS)
      .map((write) => [Number(write.object.metadata.resourceVersion), write]),
  );
  for (const change of changes.toSorted((a, b) => a.revision - b.revision)) {
    const { method = "", user = "", object } = writes.get(change.revision) ?? {};
    const { namespace = "" } = change.object.metadata;
    const verb = VERBS[method] ?? "";
    // A patch that changes nothing is answered with an old revision.
    if (
      object &&
      isWrittenBy(change, method) &&
      !isGranted(state, { user, verb, namespace, resource: change.resource })
    )
      yield `${user} could not ${verb} ${change.resource} ${keyOf(object)} at ${change.revision}`;
    state.apply(change);
  }
}

const isWrittenBy = ({ type }: Change, method: string): boolean => type === (method === "POST" ? "ADDED" : "MODIFIED");
