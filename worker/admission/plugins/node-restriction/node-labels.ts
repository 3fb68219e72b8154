/** Which labels of its own Node a node may set (k8s.io/kubelet/pkg/apis, well_known_labels.go). */

const OWN: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
]);
const OWN_DOMAINS = ["kubelet.kubernetes.io", "node.kubernetes.io"];
/** Labels that isolate workloads from untrusted nodes; only administrators set them. */
const RESTRICTED_DOMAIN = "node-restriction.kubernetes.io";
const KUBERNETES_DOMAINS = ["kubernetes.io", "k8s.io"];

type Labels = Readonly<Record<string, string>>;

/** Changed labels that a node may not touch, sorted. */
export const forbiddenLabels = (next: Labels, old: Labels): string[] =>
  [...new Set([...Object.keys(next), ...Object.keys(old)])]
    .filter((label) => next[label] !== old[label] && isForbidden(label))
    .sort();

function isForbidden(label: string): boolean {
  const slash = label.indexOf("/");
  const domain = slash < 0 ? "" : label.slice(0, slash);
  if (isWithin(domain, RESTRICTED_DOMAIN)) return true;
  if (!KUBERNETES_DOMAINS.some((reserved) => isWithin(domain, reserved))) return false;
  return !OWN.has(label) && !OWN_DOMAINS.some((own) => isWithin(domain, own));
}

const isWithin = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);
