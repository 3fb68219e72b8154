/** A kind from discovery, and how its objects are addressed. */
import { groupResource } from "../../api/machinery/meta.ts";
import { resourcePath, type Target } from "../../client/resource-path.ts";

export interface Kind {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly subresources: readonly string[];
}

export interface ObjectName {
  /** "" for cluster scope. */
  readonly namespace: string;
  readonly name: string;
}

export const targetOf = (kind: Kind, { namespace = "", name }: Partial<ObjectName> = {}): Target => ({
  resource: groupResource(kind.group, kind.plural),
  version: kind.version,
  namespace: kind.namespaced ? namespace : "",
  ...(name === undefined ? {} : { name }),
});

export const apiVersionOf = ({ group, version }: Kind): string => (group === "" ? version : `${group}/${version}`);

/** The path of a list; namespace "" lists all. */
export const listPath = (kind: Kind, namespace: string): string => resourcePath(targetOf(kind, { namespace }));

/** `Pods`, `Ingresses`, `NetworkPolicies`: the plural, capitalised like the kind. */
export function titleOf({ kind, plural }: Kind): string {
  let common = 0;
  while (common < kind.length && kind[common]?.toLowerCase() === plural[common]) common++;
  return kind.slice(0, common) + plural.slice(common);
}

/** As kubectl accepts it: `pods`, `deployments.apps`. */
export const kubectlName = ({ group, plural }: Kind): string => groupResource(group, plural);
