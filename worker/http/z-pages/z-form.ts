/** In which form a client wants `/statusz` or `/flagz`. Pure. */
import type { ZPage } from "../../../api/z-pages.ts";

/** config.k8s.io versions, and whether they are deprecated. */
const VERSIONS: Readonly<Record<string, { readonly deprecated: boolean }>> = {
  v1beta1: { deprecated: false },
  v1alpha1: { deprecated: true },
};

export type ZForm =
  | { readonly as: "text" }
  | { readonly as: "object"; readonly type: "application/json" | "application/yaml"; readonly version: string };

interface Clause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The requested form; undefined if there is no such form. `accept` is in order of preference. */
export function zForm(kind: ZPage["kind"], accept: readonly Clause[]): ZForm | undefined {
  if (accept.length === 0) return { as: "text" };
  for (const { type, parameters } of accept) {
    const { g, v = "", as } = parameters;
    const isObject = g === "config.k8s.io" && as === kind && Object.hasOwn(VERSIONS, v);
    if (isObject && (type === "application/json" || type === "application/yaml"))
      return { as: "object", type, version: v };
    // Elsewhere a wildcard means JSON; here it means text, and JSON must be requested by kind.
    if (as === undefined && ["text/plain", "text/*", "*/*"].includes(type)) return { as: "text" };
  }
  return undefined;
}

export const zObject = ({ component, kind, fields }: ZPage, version: string) => ({
  kind,
  apiVersion: `config.k8s.io/${version}`,
  metadata: { name: component },
  ...fields,
});

export const zWarnings = (kind: ZPage["kind"], version: string): string[] =>
  VERSIONS[version]?.deprecated
    ? [`This version of the ${kind.toLowerCase()} endpoint is deprecated. Please use a newer version.`]
    : [];
