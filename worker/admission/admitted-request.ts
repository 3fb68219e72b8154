import type { Served } from "../kinds/kind-registry.ts";
import { admittedTarget } from "./admitted-target.ts";
import { admittedKind } from "./admitted-version.ts";
import { operationOptions } from "./operation-options.ts";
import type { AdmissionRequest } from "./plugin.ts";

/**
 * admission.k8s.io AdmissionRequest as webhooks and expressions see it, without its objects. What is empty is absent:
 * `has(request.subResource)` asks for a subresource.
 */
export function admittedRequest(request: AdmissionRequest, at: Served): { readonly [name: string]: unknown } {
  const { context, operation, subresource, dryRun } = request;
  const { namespace, name } = admittedTarget(request);
  const { user, served } = context;
  const { plural } = served.resource;
  return {
    kind: admittedKind(request, at),
    resource: { group: at.group, version: at.version, resource: plural },
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: admittedKind(request, served),
    requestResource: { group: served.group, version: served.version, resource: plural },
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid ? { uid: user.uid } : {}),
      groups: user.groups,
      ...(user.extra ? { extra: user.extra } : {}),
    },
    dryRun,
    options: operationOptions(request),
  };
}
