/**
 * Nobody can grant rights that they do not hold: writing roles and bindings requires all their rights, or the verbs
 * `escalate` and `bind` (registry/rbac, policybased). kube-apiserver checks this in its storage; here it is a plugin
 * like everything else that looks at writes.
 */

import type { ClusterRole, PolicyRule, RoleRef } from "../../../api/generated/rbac.v1.ts";
import { sameValue } from "../../../api/machinery/field-checks.ts";
import { goQuote } from "../../../api/machinery/field-error.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { failure, notFound } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { authorize } from "../../auth/authorize.ts";
import { rulesOf } from "../../auth/rbac/rbac.ts";
import { findRole } from "../../auth/rbac/role-index.ts";
import { describeRules, missingRules, partsOf, quoteList } from "../../auth/rbac/rule-covers.ts";
import { MASTERS } from "../../auth/user.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin, type RequestFor } from "../resource-plugin.ts";

const GROUP = "rbac.authorization.k8s.io";
/** An aggregated role may come to hold any right. */
const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/** A message that lists them all has some megabytes. */
const MAX_PARTS = 50_000;
/** Makes about a second. */
const MAX_COMPARISONS = 20_000_000;

type RoleRequest = RequestFor<
  "roles.rbac.authorization.k8s.io" | "clusterroles.rbac.authorization.k8s.io",
  "CREATE" | "UPDATE"
>;
type BindingRequest = RequestFor<
  "rolebindings.rbac.authorization.k8s.io" | "clusterrolebindings.rbac.authorization.k8s.io",
  "CREATE" | "UPDATE"
>;

const isLimited = ({ context: { user } }: AdmissionRequest) => !user.groups.includes(MASTERS);

export const roleEscalation = defineResourcePlugin({
  name: "RBACEscalation",
  resources: ["roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io"],
  handles: ["CREATE", "UPDATE"],
  when: isLimited,
  // Checks the new object, before its content is validated.
  mutate: checkRole,
});

export const bindingEscalation = defineResourcePlugin({
  name: "RBACEscalation",
  resources: ["rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io"],
  handles: ["CREATE", "UPDATE"],
  when: isLimited,
  mutate: checkBinding,
});

async function checkRole(request: RoleRequest): Promise<void> {
  const next: ClusterRole = request.object;
  const old: ClusterRole | undefined = request.old;
  if (old && isBeingCollected(old, next)) return;
  const { path } = request.context;
  if (await isAllowed(request, "escalate", { resource: path.resource, name: path.name })) return;
  requireHeld(request, next.rules ?? []);
  if (!isAggregated(next) && !isAggregated(old)) return;
  const held = rulesOf(request.context.user, request.namespace, request.context.policy).rules;
  if (missingRules(held, FULL_AUTHORITY).length > 0) {
    throw refusal(request, "must have cluster-admin privileges to use the aggregationRule");
  }
}

const isAggregated = (role: ClusterRole | undefined): boolean =>
  (role?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;

async function checkBinding(request: BindingRequest): Promise<void> {
  const { object: next, old } = request;
  if (old && isBeingCollected(old, next)) return;
  const { kind, name } = next.roleRef;
  if (kind !== "ClusterRole" && kind !== "Role")
    throw new ApiError(failure(500, "", `unsupported role reference kind: ${goQuote(kind ?? "")}`));
  if (await isAllowed(request, "bind", { resource: kind === "ClusterRole" ? "clusterroles" : "roles", name })) return;
  requireHeld(request, rulesBehind(request, next.roleRef));
}

function rulesBehind({ context, namespace }: AdmissionRequest, roleRef: RoleRef): readonly PolicyRule[] {
  const { rules, missing } = findRole(context.policy, roleRef, namespace);
  if (missing === undefined) return rules;
  // Kubernetes looks it up under the request's own kind.
  throw new ApiError(notFound({ group: GROUP, resource: context.served.resource.plural }, roleRef.name));
}

async function isAllowed(
  { context: { user, policy, store }, namespace }: AdmissionRequest,
  verb: "escalate" | "bind",
  { resource, name }: { readonly resource: string; readonly name: string },
): Promise<boolean> {
  const attributes = { verb, group: GROUP, version: "v1", resource, subresource: "", namespace, name };
  return (await authorize(user, attributes, { policy, store })).allowed;
}

function requireHeld(request: AdmissionRequest, requested: readonly PolicyRule[]): void {
  const { user, policy } = request.context;
  const { rules, error } = rulesOf(user, request.namespace, policy);
  const parts = partsOf(requested);
  if (parts > MAX_PARTS || parts * rules.length > MAX_COMPARISONS)
    throw refusal(
      request,
      `its rules are ${parts} combinations of a verb, a group, a resource and a name, which are too many to compare with the permissions of user ${goQuote(user.name)}: use fewer, or wildcards`,
    );
  const missing = missingRules(rules, requested);
  if (missing.length === 0) return;
  const who = `user ${goQuote(user.name)} (groups=${quoteList(user.groups)})`;
  const unresolved = error === "" ? "" : `; resolution errors: [${error}]`;
  throw refusal(
    request,
    `${who} is attempting to grant RBAC permissions not currently held:\n${describeRules(missing)}${unresolved}`,
  );
}

/** The garbage collector removes owner references and finalizers, whatever the object grants. */
function isBeingCollected(old: KubeObject, next: KubeObject): boolean {
  const bare = ({ metadata, ...rest }: KubeObject) => {
    const { ownerReferences: _, finalizers: __, resourceVersion: ___, managedFields: ____, ...comparable } = metadata;
    return { ...rest, metadata: comparable };
  };
  return sameValue(bare(old), bare(next));
}
