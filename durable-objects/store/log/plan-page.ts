/** Which objects a page of a list contains, before any text is read. */
import type { ListHead, ListRequest, Revision } from "../../../api/store/store.ts";
import type { LogTables } from "../tables/log-tables.ts";
import type { RemainingCounts } from "../tables/remaining-counts.ts";
import { stateAt } from "./state-at.ts";

interface Page {
  readonly head: ListHead;
  /** The entries of the page's objects, in key order. */
  readonly revisions: readonly Revision[];
}

interface Known {
  /** The newest revision, at which the page is read unless an older one is requested. */
  readonly newest: Revision;
  readonly counts?: RemainingCounts;
}

export function planPage(tables: LogTables, request: ListRequest, { newest, counts }: Known): Page {
  const { resource, namespace, name, after, requirements = [], limit = Number.POSITIVE_INFINITY } = request;
  const revision = request.at ?? newest;
  const scope = {
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(after && { after }),
  };
  const state = stateAt(tables, scope, { at: revision, newest });
  const revisions = state.revisions(requirements, limit);
  const lastRevision = revisions.at(-1);
  const last = lastRevision === undefined ? undefined : tables.row(lastRevision)?.key;
  // As in etcd, what remains is counted by key; with a selector, none of it may match.
  const count = () => {
    if (!last || revisions.length < limit) return 0;
    // With a selector, the page may have passed more keys than it holds.
    if (!counts || requirements.length > 0 || name !== undefined) return state.count(last);
    const walk = { resource, ...(namespace !== undefined && { namespace }), revision };
    const before = after && counts.find(walk, after);
    const left = before === undefined ? state.count(last) : before - revisions.length;
    counts.cache(walk, last, left);
    return left;
  };
  const remaining = count();
  return {
    head: {
      revision,
      more: remaining > 0,
      ...(requirements.length === 0 && { remaining }),
      ...(last && { last: { namespace: last.namespace, name: last.name } }),
    },
    revisions,
  };
}
