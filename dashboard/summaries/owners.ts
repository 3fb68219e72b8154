import type { KubeObject } from "../../api/machinery/meta.ts";

/** The uids of those that an object belongs to. */
export const ownersOf = ({ metadata }: KubeObject): readonly string[] =>
  (metadata.ownerReferences ?? []).map(({ uid }) => uid ?? "");
