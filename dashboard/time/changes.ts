/** The differences between two lists of a kind. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";

export interface Change {
  readonly namespace: string;
  readonly name: string;
  readonly sign: "added" | "removed" | "changed";
  /** Undefined if it did not exist. */
  readonly before: Stored<KubeObject> | undefined;
  readonly after: Stored<KubeObject> | undefined;
}

export type Items = readonly Stored<KubeObject>[];

/** A recreated object of the same name counts as another one. */
export function changesBetween(before: Items, after: Items): Change[] {
  const old = new Map(before.map((object) => [object.metadata.uid, object]));
  const young = new Map(after.map((object) => [object.metadata.uid, object]));
  const change = (sign: Change["sign"], was?: Stored<KubeObject>, is?: Stored<KubeObject>): Change => ({
    namespace: (is ?? was)?.metadata.namespace ?? "",
    name: (is ?? was)?.metadata.name ?? "",
    sign,
    before: was,
    after: is,
  });
  return [
    ...before.filter(({ metadata }) => !young.has(metadata.uid)).map((was) => change("removed", was)),
    ...after.flatMap((is) => {
      const was = old.get(is.metadata.uid);
      if (!was) return [change("added", undefined, is)];
      return was.metadata.resourceVersion === is.metadata.resourceVersion ? [] : [change("changed", was, is)];
    }),
  ].sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}
