/**
 * Where a request from outside is routed: a pure function of the Ingresses that this control plane serves. The rules
 * are in docs/spec/ingress.md, the semantics those of networking.k8s.io/v1.
 */
import { compareTexts } from "../../api/compare-texts.ts";
import type { HTTPIngressPath, Ingress, IngressBackend } from "../../api/generated/networking.v1.ts";
import { parsePublicHost, publicHost } from "../../api/public-host.ts";

export interface Visit {
  /** Lower case, without a port. */
  readonly host: string;
  readonly path: string;
}

export interface RouteFacts {
  /** Only of served classes. */
  readonly ingresses: readonly Ingress[];
  readonly cluster: string;
  readonly domain: string;
}

export interface Route {
  readonly ingress: Ingress;
  readonly backend: IngressBackend;
  /** Whether `spec.tls` covers the host. */
  readonly secure: boolean;
}

interface Candidate {
  readonly ingress: Ingress;
  readonly paths: readonly HTTPIngressPath[];
  /** How precisely the host matched. */
  readonly rank: number;
}

/** INGRESS-HOST: an exact host precedes a wildcard, and that the Ingress's own public name. */
const RANK = { exact: 3, wildcard: 2, own: 1 } as const;

/** Undefined if no Ingress matches the host, or none the path. */
export function routeOf(visit: Visit, facts: RouteFacts): Route | undefined {
  const candidates = claimantsOf(visit.host, facts).flatMap((ingress) => candidatesOf(ingress, visit.host, facts));
  const matches = candidates.flatMap(({ ingress, paths, rank }) =>
    paths
      .filter((each) => matchesPath(each, visit.path))
      .map(({ path = "/", pathType, backend }) => ({ ingress, backend, rank, path, exact: pathType === "Exact" })),
  );
  const best = matches.sort(
    (a, b) =>
      b.rank - a.rank ||
      Number(b.exact) - Number(a.exact) ||
      b.path.length - a.path.length ||
      compareTexts(age(a.ingress), age(b.ingress)),
  )[0];
  const fallback = candidates
    .sort((a, b) => b.rank - a.rank || compareTexts(age(a.ingress), age(b.ingress)))
    .flatMap(({ ingress }) =>
      ingress.spec.defaultBackend ? [{ ingress, backend: ingress.spec.defaultBackend }] : [],
    )[0];
  const found = best ?? fallback;
  return found && { ingress: found.ingress, backend: found.backend, secure: isSecured(found.ingress, visit.host) };
}

/** INGRESS-NAME: a public name belongs to its namespace, whatever hosts the Ingresses of others have. */
function claimantsOf(host: string, { ingresses, domain }: RouteFacts): readonly Ingress[] {
  const named = parsePublicHost(host, domain);
  return named ? ingresses.filter(({ metadata }) => metadata.namespace === named.namespace) : ingresses;
}

/** The oldest comes first; names break ties. */
const age = ({ metadata }: Ingress): string => `${metadata.creationTimestamp} ${metadata.namespace}/${metadata.name}`;

function candidatesOf(ingress: Ingress, host: string, { cluster, domain }: RouteFacts): Candidate[] {
  const { name = "", namespace = "" } = ingress.metadata;
  const isOwn = host === publicHost({ name, namespace, cluster }, domain);
  const rules = ingress.spec.rules ?? [];
  const named = rules.flatMap((rule) => {
    const rank = rule.host ? rankOf(rule.host, host) : isOwn ? RANK.own : undefined;
    return rank === undefined ? [] : [{ ingress, paths: rule.http?.paths ?? [], rank }];
  });
  return named.length > 0 || !isOwn ? named : [{ ingress, paths: [], rank: RANK.own }];
}

function rankOf(pattern: string, host: string): number | undefined {
  if (pattern === host) return RANK.exact;
  // A wildcard stands for one label.
  return pattern.startsWith("*.") && host.slice(host.indexOf(".")) === pattern.slice(1) ? RANK.wildcard : undefined;
}

/** INGRESS-PATH: Prefix matches path elements; ImplementationSpecific is treated as Prefix. */
function matchesPath({ path: pattern = "/", pathType }: HTTPIngressPath, path: string): boolean {
  if (pathType === "Exact") return path === pattern;
  const prefix = pattern.endsWith("/") ? pattern.slice(0, -1) : pattern;
  return path === prefix || path.startsWith(`${prefix}/`);
}

const isSecured = ({ spec }: Ingress, host: string): boolean =>
  (spec.tls ?? []).some(({ hosts = [] }) => hosts.some((pattern) => rankOf(pattern, host) !== undefined));
