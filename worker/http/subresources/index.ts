/** Which handler serves which subresource. */

import { ownMember } from "../../../api/machinery/json/own-member.ts";
import { methodNotAllowed } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { RequestContext } from "../../request-context.ts";
import { get } from "../verbs/get.ts";
import { patch } from "../verbs/patch.ts";
import { update } from "../verbs/update.ts";
import { bindPod } from "./binding.ts";
import { evictPod } from "./eviction.ts";
import { finalizeNamespace } from "./finalize.ts";
import { podAttach, podExec, podLog, podPortForward } from "./pod-streams.ts";
import { proxyToTarget } from "./proxy.ts";
import { scale } from "./scale.ts";
import { requestToken } from "./token.ts";

type Serve = (context: RequestContext) => Promise<Response>;

/** By resource and subresource; all others are parts of the object itself. */
const SPECIAL: Readonly<Record<string, Serve>> = {
  "pods/attach": podAttach,
  "pods/binding": bindPod,
  "pods/eviction": evictPod,
  "pods/exec": podExec,
  "pods/log": podLog,
  "nodes/proxy": proxyToTarget,
  "pods/portforward": podPortForward,
  "pods/proxy": proxyToTarget,
  "services/proxy": proxyToTarget,
  "namespaces/finalize": finalizeNamespace,
  "serviceaccounts/token": requestToken,
};

export function findSubresource({ served, path }: RequestContext): Serve | undefined {
  const { resource } = served;
  const name = path.subresource;
  const own = SPECIAL[`${resource.plural}/${name}`];
  if (own && resource.group === "") return own;
  if (name === "scale" && resource.scale) return scale;
  if (name === "status" ? resource.status : ownMember(resource.subresources, name)) return servePart;
  return undefined;
}

const METHODS = { create: "POST", delete: "DELETE", get: "GET", patch: "PATCH", update: "PUT" } as const;

/** GET, PUT and PATCH of a subresource that is part of the object. */
async function servePart(context: RequestContext): Promise<Response> {
  const { served, path, request } = context;
  const own = served.resource.subresources?.[path.subresource];
  if (own && !own.verbs.some((verb) => METHODS[verb] === request.method)) throw new ApiError(methodNotAllowed());
  switch (request.method) {
    case "GET":
      return get(context);
    case "PUT":
      return update(context);
    case "PATCH":
      return patch(context);
    default:
      throw new ApiError(methodNotAllowed());
  }
}
