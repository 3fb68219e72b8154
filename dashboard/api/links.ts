/** Links to a kind and to an object. */
import { href } from "../route.ts";
import type { Kind, ObjectName } from "./kind.ts";

const groupPart = ({ group }: Kind) => group || "core";

export const kindHref = (kind: Kind): string => href(["kind", groupPart(kind), kind.version, kind.plural]);

/** Cluster scope is written `-`, which is not a valid namespace name. */
export const objectHref = (
  kind: Kind,
  { namespace, name }: ObjectName,
  query: Readonly<Record<string, string>> = {},
): string =>
  href(["object", groupPart(kind), kind.version, kind.plural, kind.namespaced ? namespace : "-", name], query);
