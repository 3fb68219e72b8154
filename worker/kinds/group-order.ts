/** The preferred order of groups and versions, which decides what a name without group or version means. */

/** kube-apiserver's groupPriorityMinimum of its own groups. */
const GROUP_PRIORITIES: Readonly<Record<string, number>> = {
  // Above the 20000 that an APIService may give its group.
  "apiregistration.k8s.io": 20001,
  "": 18000,
  apps: 17800,
  "events.k8s.io": 17750,
  "authentication.k8s.io": 17700,
  "authorization.k8s.io": 17600,
  autoscaling: 17500,
  batch: 17400,
  "certificates.k8s.io": 17300,
  "networking.k8s.io": 17200,
  policy: 17100,
  "rbac.authorization.k8s.io": 17000,
  "storage.k8s.io": 16800,
  "apiextensions.k8s.io": 16700,
  "admissionregistration.k8s.io": 16700,
  "scheduling.k8s.io": 16600,
  "coordination.k8s.io": 16500,
  "node.k8s.io": 16300,
  "discovery.k8s.io": 16200,
  "resource.k8s.io": 16200,
  "flowcontrol.apiserver.k8s.io": 16100,
  "metrics.k8s.io": 100,
};

/** Groups of custom resources have priority 1000. */
export const groupPriority = (group: string): number => GROUP_PRIORITIES[group] ?? 1000;

/** The versionPriority of all versions of custom resources; for built-in ones it follows the order of their names. */
export const CUSTOM_VERSION_PRIORITY = 100;

/** Stable before beta before alpha, newer before older, anything else by name (apimachinery pkg/version). */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  for (let part = 0; part < 3; part++) {
    const difference = (right[part] ?? 0) - (left[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

const STABILITY: Readonly<Record<string, number>> = { alpha: 1, beta: 2 };

function rank(version: string): number[] {
  const [, major, stability, minor] = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/.exec(version) ?? [];
  if (major === undefined) return [0, 0, 0];
  return [stability ? (STABILITY[stability] ?? 0) : 3, Number(major), Number(minor ?? 0)];
}
