/**
 * The checks of `/healthz`, `/livez` and `/readyz`, by kube-apiserver's names: those of its checks that have a counterpart
 * here. Functions from what was found to what is answered.
 */

/** Whoever answers at all has done these: see what stands behind each. */
const COMMON = [
  "ping",
  "log",
  // The store answers.
  "etcd",
  // What every cluster has is there: no request is decided before (worker/bootstrap/system-objects.ts).
  "poststarthook/start-system-namespaces-controller",
  "poststarthook/scheduling/bootstrap-system-priority-classes",
  "poststarthook/rbac/bootstrap-roles",
  "poststarthook/start-cluster-authentication-info-controller",
  "poststarthook/start-legacy-token-tracking-controller",
  "poststarthook/bootstrap-controller",
  "poststarthook/priority-and-fairness-config-producer",
  "poststarthook/kube-apiserver-autoregistration",
  "autoregister-completion",
  // Custom kinds and admission are known: they are part of the policy that a request is decided with.
  "poststarthook/crd-informer-synced",
  "poststarthook/start-kube-apiserver-admission-initializer",
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

/** The checks that say whether the store answers. */
const OF_STORE: ReadonlySet<string> = new Set(["etcd", "etcd-readiness"]);

export interface Health {
  readonly storeAnswers: boolean;
}

export const passes = (check: string, { storeAnswers }: Health): boolean => storeAnswers || !OF_STORE.has(check);

export interface HealthQuestion {
  /** Checks that are to be left out. */
  readonly excluded: readonly string[];
  readonly verbose: boolean;
}

/** The endpoint as a whole: `ok`, or a line for each check where asked for, and always after a failure. */
export function renderHealth(
  endpoint: HealthEndpoint,
  health: Health,
  { excluded, verbose }: HealthQuestion,
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

/** Each check as a gauge, for `/metrics/slis`. What has been asked before is counted by nobody: isolates come and go. */
export const healthSamples = (health: Health): readonly string[] =>
  Object.entries(CHECKS)
    .flatMap(([endpoint, checks]) =>
      checks.map((name) => `kubernetes_healthcheck{name="${name}",type="${endpoint}"} ${passes(name, health) ? 1 : 0}`),
    )
    .sort();
