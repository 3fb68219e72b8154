/**
 * The checks of `/healthz`, `/livez` and `/readyz`: those of kube-apiserver's that have a counterpart here, under the
 * same names. Functions from findings to answers.
 */

import { type Family, gauge } from "../../../api/metrics/exposition.ts";

/** In kube-apiserver's order. A server that answers at all has passed these, for the reasons noted. */
const COMMON = [
  "ping",
  "log",
  // The store answers.
  "etcd",
  // Admission, fairness and custom kinds are known: they are part of the policy that every request is decided by.
  "poststarthook/start-apiserver-admission-initializer",
  "poststarthook/generic-apiserver-start-informers",
  "poststarthook/priority-and-fairness-config-consumer",
  "poststarthook/priority-and-fairness-filter",
  "poststarthook/start-apiextensions-informers",
  "poststarthook/start-apiextensions-controllers",
  "poststarthook/crd-informer-synced",
  // System objects exist: no request is decided before (worker/bootstrap/system-objects.ts).
  "poststarthook/start-system-namespaces-controller",
  "poststarthook/start-cluster-authentication-info-controller",
  // There is no cache to fill first.
  "poststarthook/storage-readiness",
  "poststarthook/start-legacy-token-tracking-controller",
  // Addresses are allocated in the commit that stores their Service: there is nothing to repair.
  "poststarthook/start-service-ip-repair-controllers",
  "poststarthook/rbac/bootstrap-roles",
  "poststarthook/scheduling/bootstrap-system-priority-classes",
  "poststarthook/priority-and-fairness-config-producer",
  "poststarthook/bootstrap-controller",
  "poststarthook/start-kubernetes-service-cidr-controller",
  // Aggregated API servers are found by the same policy (worker/aggregation), and by a controller.
  "poststarthook/start-kube-aggregator-informers",
  "poststarthook/apiservice-status-local-available-controller",
  "poststarthook/apiservice-status-remote-available-controller",
  "poststarthook/apiservice-registration-controller",
  "poststarthook/apiservice-discovery-controller",
  "poststarthook/kube-apiserver-autoregistration",
  "autoregister-completion",
  // Documents are built on demand.
  "poststarthook/apiservice-openapi-controller",
  "poststarthook/apiservice-openapiv3-controller",
];

const CHECKS = {
  healthz: COMMON,
  livez: COMMON,
  readyz: [...COMMON.slice(0, 3), "etcd-readiness", "informer-sync", ...COMMON.slice(3), "shutdown"],
} as const;

export type HealthEndpoint = keyof typeof CHECKS;

export const isHealthEndpoint = (name: string): name is HealthEndpoint => Object.hasOwn(CHECKS, name);

export const isCheck = (endpoint: HealthEndpoint, check: string): boolean => CHECKS[endpoint].includes(check);

/** Every path that answers, for the index. */
export const healthPaths: readonly string[] = Object.entries(CHECKS).flatMap(([endpoint, checks]) => [
  `/${endpoint}`,
  ...checks.map((check) => `/${endpoint}/${check}`),
]);

/** The checks for whether the store answers. */
const OF_STORE: ReadonlySet<string> = new Set(["etcd", "etcd-readiness"]);

export interface Health {
  readonly canReachStore: boolean;
}

export const passes = (check: string, { canReachStore }: Health): boolean => canReachStore || !OF_STORE.has(check);

export interface HealthQuery {
  /** Checks to leave out. */
  readonly excluded: readonly string[];
  readonly verbose: boolean;
}

/** The endpoint's text: `ok`, or one line per check if requested, and always after a failure. */
export function renderHealth(
  endpoint: HealthEndpoint,
  health: Health,
  { excluded, verbose }: HealthQuery,
): { readonly code: 200 | 500; readonly text: string } {
  const checks = CHECKS[endpoint];
  const failed = checks.some((check) => !excluded.includes(check) && !passes(check, health));
  const lines = checks.map((check) => {
    if (excluded.includes(check)) return `[+]${check} excluded: ok\n`;
    return passes(check, health) ? `[+]${check} ok\n` : `[-]${check} failed: reason withheld\n`;
  });
  const unknown = [...new Set(excluded)].filter((name) => !checks.includes(name)).sort();
  if (unknown.length > 0) {
    const names = unknown.map((name) => `"${name}"`).join(",");
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}\n`);
  }
  if (failed) return { code: 500, text: `${lines.join("")}${endpoint} check failed\n` };
  return { code: 200, text: verbose ? `${lines.join("")}${endpoint} check passed\n` : "ok" };
}

/** Each check, for `/metrics/slis`. Earlier checks are not counted: isolates come and go. */
export const healthFamily = (health: Health): Family =>
  gauge(
    "kubernetes_healthcheck",
    "[STABLE] This metric records the result of a single healthcheck.",
    Object.entries(CHECKS).flatMap(([type, checks]) =>
      checks.map((name) => [{ name, type }, passes(name, health) ? 1 : 0] as const),
    ),
  );
