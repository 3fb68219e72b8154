import type { KubeObject } from "../../api/machinery/meta.ts";

/** The uids of an object's owners. */
export const ownersOf = ({ metadata }: KubeObject): readonly string[] =>
  (metadata.ownerReferences ?? []).map(({ uid }) => uid ?? "");
