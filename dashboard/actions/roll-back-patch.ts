import type { Kind } from "../api/kind.ts";
import type { Revision } from "../summaries/revisions.ts";

/** Annotations that belong to the Deployment or to one ReplicaSet and are not part of a revision. */
const OWN = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
]);

/** Restores a revision's template and, for a Deployment, its annotations (kubectl's pkg/polymorphichelpers/rollback.go). */
export function rollBackPatch(
  { plural }: Kind,
  annotations: Readonly<Record<string, string>> = {},
  { template, annotations: before }: Revision,
): readonly unknown[] {
  const replaced = { op: "replace", path: "/spec/template", value: template };
  if (plural !== "deployments") return [replaced];
  const kept = (of: Readonly<Record<string, string>>, own: boolean) =>
    Object.fromEntries(Object.entries(of).filter(([key]) => OWN.has(key) === own));
  return [
    replaced,
    // "add" also replaces an existing member.
    { op: "add", path: "/metadata/annotations", value: { ...kept(annotations, true), ...kept(before, false) } },
  ];
}
