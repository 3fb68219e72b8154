/** The variables that policies' expressions see. */

import {
  type AuthorizerCheck,
  authorizerValue,
  type Decide,
  requestResourceValue,
} from "../../../api/machinery/cel/library/authorizer.ts";
import { NAMESPACE, REQUEST } from "../../../api/machinery/cel/scopes/policy-scope.ts";
import { fromJson } from "../../../api/machinery/cel/values/from-json.ts";
import { canonicalObject } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { Attributes } from "../../auth/attributes.ts";
import { controlLoopMay } from "../../auth/control-loops.ts";
import { rbacDecision } from "../../auth/rbac/rbac.ts";
import { MASTERS, type User } from "../../auth/user.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { admittedRequest } from "../admitted-request.ts";
import { admittedTarget } from "../admitted-target.ts";
import { admittedObject } from "../admitted-version.ts";
import type { AdmissionRequest } from "../plugin.ts";

export interface Beside {
  /** The version at which the object is seen. */
  readonly at: Served;
  readonly namespace: KubeObject | undefined;
  readonly params?: KubeObject | undefined;
}

export async function policyValues(
  request: AdmissionRequest,
  { at, namespace, params }: Beside,
): Promise<Map<string, unknown>> {
  const decide = decisionFor(request);
  return new Map<string, unknown>([
    ["object", fromJson(request.object ? await admittedObject(request, request.object, at) : null, undefined)],
    ["oldObject", fromJson(request.old ? await admittedObject(request, request.old, at) : null, undefined)],
    ["request", fromJson(admittedRequest(request, at), REQUEST)],
    ["namespaceObject", namespace ? fromJson(namespace, NAMESPACE) : null],
    ["params", params ? fromJson(canonicalObject(params), undefined) : null],
    ["authorizer", authorizerValue(decide)],
    ["authorizer.requestResource", requestResourceValue(decide, resourceOf(request))],
  ]);
}

const resourceOf = (request: AdmissionRequest): Partial<AuthorizerCheck> => ({
  group: request.context.served.resource.group,
  resource: request.context.served.resource.plural,
  subresource: request.subresource,
  ...admittedTarget(request),
});

/** By roles only; what nodes may do in addition is left out, since it takes reads. */
const decisionFor =
  ({ context: { user, policy, served } }: AdmissionRequest): Decide =>
  ({ path, serviceAccount, ...check }) => {
    const requested: Attributes =
      path === undefined ? { ...check, version: served.resource.version } : { path, verb: check.verb };
    const subject = serviceAccount ? accountUser(serviceAccount) : user;
    if (subject.groups.includes(MASTERS)) return { allowed: true, reason: "" };
    if ("resource" in requested && controlLoopMay(subject, requested)) return { allowed: true, reason: "" };
    return rbacDecision(subject, requested, policy);
  };

const accountUser = ({ namespace, name }: { namespace: string; name: string }): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});
