/** Which objects a page of a list holds, before any text is read. */
import type { ListHead, ListRequest, Requirement, Revision } from "../../api/store.ts";
import type { LogTables } from "./log-tables.ts";
import { type StateAt, stateAt } from "./state-at.ts";

interface Page {
  readonly head: ListHead;
  /** The entries of the page's objects, in key order. */
  readonly revisions: readonly Revision[];
}

/** SQLite's LIMIT for "all". */
const UNBOUNDED = 2 ** 31;

export function planPage(tables: LogTables, request: ListRequest): Page {
  const { resource, namespace, name, after, requirements = [], limit = UNBOUNDED } = request;
  const revision = request.at ?? tables.marks().revision;
  const scope = {
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(after && { after }),
  };
  const state = stateAt(tables, scope, revision);
  const revisions = requirements.length === 0 ? state.revisions(limit) : selected(state, requirements, limit);
  const lastRevision = revisions.at(-1);
  const last = lastRevision === undefined ? undefined : tables.row(lastRevision)?.key;
  // Like etcd, what remains is counted by key: a selector may match none of it.
  const remaining = last && revisions.length === limit ? state.count(last) : 0;
  return {
    head: {
      revision,
      more: remaining > 0,
      ...((requirements.length === 0 || remaining === 0) && { remaining }),
      ...(last && { last: { namespace: last.namespace, name: last.name } }),
    },
    revisions,
  };
}

/** A selector decides after reading, so SQLite cannot stop by itself. */
function selected(state: StateAt, requirements: readonly Requirement[], limit: number): Revision[] {
  const revisions: Revision[] = [];
  for (const { revision } of state.pointers(requirements, UNBOUNDED)) {
    revisions.push(revision);
    if (revisions.length === limit) break;
  }
  return revisions;
}
