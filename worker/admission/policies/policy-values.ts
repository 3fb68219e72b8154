/** What the expressions of policies see of a request. */

import { fromJson } from "../../../api/machinery/cel/from-json.ts";
import type { AuthorizerCheck, Decide } from "../../../api/machinery/cel/library/authorizer.ts";
import { authorizerValue, requestResourceValue } from "../../../api/machinery/cel/library/authorizer.ts";
import { NAMESPACE, REQUEST } from "../../../api/machinery/cel/policy-scope.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { canonicalObject } from "../../../api/machinery/object-text.ts";
import type { Attributes } from "../../auth/attributes.ts";
import { controlLoopMay } from "../../auth/control-loops.ts";
import { rbacDecision } from "../../auth/rbac/rbac.ts";
import { MASTERS, type User } from "../../auth/user.ts";
import type { AdmissionRequest } from "../plugin.ts";

export interface Beside {
  readonly namespace: KubeObject | undefined;
  readonly params?: KubeObject | undefined;
}

export function policyValues(request: AdmissionRequest, { namespace, params }: Beside): Map<string, unknown> {
  const decide = decisionFor(request);
  return new Map<string, unknown>([
    ["object", shown(request.object)],
    ["oldObject", shown(request.old)],
    ["request", fromJson(requestValue(request), REQUEST)],
    ["namespaceObject", namespace ? fromJson(namespace, NAMESPACE) : null],
    ["params", shown(params)],
    ["authorizer", authorizerValue(decide)],
    ["authorizer.requestResource", requestResourceValue(decide, resourceOf(request))],
  ]);
}

const shown = (object: KubeObject | undefined) => (object ? fromJson(canonicalObject(object), undefined) : null);

const resourceOf = ({
  context: { served },
  subresource,
  namespace,
  name,
}: AdmissionRequest): Partial<AuthorizerCheck> => ({
  group: served.resource.group,
  resource: served.resource.plural,
  subresource,
  namespace,
  name,
});

/** admission.k8s.io AdmissionRequest, as far as expressions see it. */
function requestValue({ context: { served, user }, ...request }: AdmissionRequest): object {
  const { group, version, kind, plural } = served.resource;
  const gvk = { group, version, kind };
  const gvr = { group, version, resource: plural };
  return {
    kind: gvk,
    resource: gvr,
    subResource: request.subresource,
    requestKind: gvk,
    requestResource: gvr,
    requestSubResource: request.subresource,
    name: request.name,
    namespace: request.namespace,
    operation: request.operation,
    userInfo: { username: user.name, uid: user.uid ?? "", groups: user.groups, extra: user.extra ?? {} },
    dryRun: request.dryRun,
    options: {},
  };
}

/** By roles; what nodes may do of their own is not asked, since it takes reads. */
const decisionFor =
  ({ context: { user, policy, served } }: AdmissionRequest): Decide =>
  ({ path, serviceAccount, ...check }) => {
    const asked: Attributes =
      path === undefined ? { ...check, version: served.resource.version } : { path, verb: check.verb };
    const subject = serviceAccount ? accountUser(serviceAccount) : user;
    if (subject.groups.includes(MASTERS)) return { allowed: true, reason: "" };
    if ("resource" in asked && controlLoopMay(subject, asked)) return { allowed: true, reason: "" };
    return rbacDecision(subject, asked, policy);
  };

const accountUser = ({ namespace, name }: { namespace: string; name: string }): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});
