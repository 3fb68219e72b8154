/** A live list that exists while a view is shown. */
import { useEffect, useMemo } from "preact/hooks";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { moment } from "../route.ts";
import { clusterLists } from "./cluster-lists.ts";
import { LiveList, type LiveSource } from "./live-list.ts";

/** `key` identifies the list: another key, or another moment, closes it and opens a new one. */
export function useLiveList<T>(key: string, source: () => LiveSource<T>): LiveList<T> {
  // The key represents the source.
  const list = useMemo(() => new LiveList(source(), { at: moment.value, place: clusterLists }), [key, moment.value]);
  useEffect(() => () => list.close(), [list]);
  return list;
}

interface ObjectList {
  readonly items?: readonly Stored<KubeObject>[] | null;
}

/** Lists of objects, of which a view keeps the result of `pick`. */
export const objectsAt = <O extends KubeObject, T = Stored<O>>(
  path: string,
  query: Readonly<Record<string, string>> = {},
  pick: (object: Stored<O>) => T = (object) => object as T,
): LiveSource<T> => ({
  path,
  query,
  decodeList: (body) =>
    ((body as ObjectList).items ?? []).map((object) => [object.metadata.uid, pick(object as Stored<O>)] as const),
  decodeEvent: (object) => [(object as Stored<O>).metadata.uid, pick(object as Stored<O>)],
});
