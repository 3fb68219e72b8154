/** A list is the state of one revision, which is no older than what anybody had been told before it was asked for. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { type Change, type ClusterState, keyOf } from "./cluster-state.ts";

export interface Read {
  /** For messages. */
  readonly what: string;
  readonly resource: GroupResource;
  readonly selects: (object: Stored<KubeObject>) => boolean;
  readonly revision: number;
  /** The newest revision that anybody had been told. */
  readonly since: number;
  /** Key and revision of each object. */
  readonly found: readonly string[];
}

export function* wrongReads(reads: readonly Read[], state: ClusterState, changes: readonly Change[]): Iterable<string> {
  const later = changes.toSorted((a, b) => a.revision - b.revision).values();
  let next = later.next();
  for (const read of reads.toSorted((a, b) => a.revision - b.revision)) {
    for (; !next.done && next.value.revision <= read.revision; next = later.next()) state.apply(next.value);
    const where = `${read.what} at ${read.revision}`;
    if (read.revision < read.since) yield `${where}: ${read.since} had been told before`;
    const wanted = state
      .all(read.resource)
      .filter(read.selects)
      .map((object) => `${keyOf(object)} ${object.metadata.resourceVersion}`);
    const [missing] = wanted.filter((each) => !read.found.includes(each));
    const [wrong] = read.found.filter((each) => !wanted.includes(each));
    if (missing !== undefined || wrong !== undefined)
      yield `${where}: ${missing ?? "nothing"} is missing, ${wrong ?? "nothing"} is wrong`;
    if (new Set(read.found).size < read.found.length) yield `${where}: an object is listed twice`;
  }
}
