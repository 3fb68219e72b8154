/** Which objects a page of a list holds, before any text is read. */
import type { ListHead, ListRequest, Revision } from "../../api/store.ts";
import type { LogTables } from "./log-tables.ts";
import { stateAt } from "./state-at.ts";

interface Page {
  readonly head: ListHead;
  /** The entries of the page's objects, in key order. */
  readonly revisions: readonly Revision[];
}

export function planPage(tables: LogTables, request: ListRequest): Page {
  const { resource, namespace, name, after, requirements = [], limit = Number.POSITIVE_INFINITY } = request;
  const revision = request.at ?? tables.marks().revision;
  const scope = {
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(after && { after }),
  };
  const state = stateAt(tables, scope, revision);
  const revisions: Revision[] = [];
  let last: ListHead["last"];
  // A selector decides after reading, so only without one can SQLite stop by itself.
  const bound = requirements.length > 0 || limit > UNBOUNDED ? UNBOUNDED : limit + 1;
  for (const pointer of state.pointers(requirements, bound)) {
    if (revisions.length === limit) break;
    revisions.push(pointer.revision);
    last = { namespace: pointer.namespace, name: pointer.name };
  }
  const full = last !== undefined && revisions.length === limit;
  // Like etcd, what remains is counted by key: a selector may match none of it.
  const remaining = full ? state.count(last) : 0;
  return {
    head: {
      revision,
      more: remaining > 0,
      ...((requirements.length === 0 || remaining === 0) && { remaining }),
      ...(last && { last }),
    },
    revisions,
  };
}

/** SQLite's LIMIT for "all". */
const UNBOUNDED = 2 ** 31;
