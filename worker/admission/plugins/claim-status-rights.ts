/**
 * Writers of a ResourceClaim's status need permission for what they change: `resourceclaims/binding` for binding it;
 * for reporting on a driver's devices, `resourceclaims/driver` with the driver's name, with verbs that tell the node's
 * own claims from others (pkg/registry/resource, where this is part of the strategy).
 */

import type { AllocatedDeviceStatus, ResourceClaim } from "../../../api/generated/resource.v1.ts";
import { sameValue } from "../../../api/machinery/field-checks.ts";
import { type FieldError, forbidden } from "../../../api/machinery/field-error.ts";
import type { ResourceAttributes } from "../../auth/attributes.ts";
import { authorize } from "../../auth/authorize.ts";
import { forbiddenTo } from "../../auth/require-permission.ts";
import type { User } from "../../auth/user.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const GROUP = "resource.k8s.io";
const NODE_NAME = "authentication.kubernetes.io/node-name";

type ClaimStatus = NonNullable<ResourceClaim["status"]>;

export const claimStatusRights = defineResourcePlugin({
  name: "ClaimStatusRights",
  resources: ["resourceclaims.resource.k8s.io"],
  handles: ["UPDATE status"],
  async withoutRights(request) {
    const { status: next = {} } = request.object;
    const { status: old = {} } = request.old;
    return [...(await bindingErrors(request, next, old)), ...(await deviceErrors(request, next, old))];
  },
});

const verbOf = ({ context }: AdmissionRequest) => (context.request.method === "PATCH" ? "patch" : "update");

/** Undefined if allowed, else the message of the 403. */
async function refusalOf(
  { context }: AdmissionRequest,
  requested: Pick<ResourceAttributes, "verb" | "subresource" | "namespace" | "name">,
): Promise<string | undefined> {
  const attributes = { group: GROUP, version: context.path.version, resource: "resourceclaims", ...requested };
  const { allowed, reason } = await authorize(context.user, attributes, context);
  return allowed ? undefined : forbiddenTo(context.user, attributes, reason).message;
}

/** The right to bind is checked for all claims of the cluster: a scheduler has no use for less. */
async function bindingErrors(request: AdmissionRequest, next: ClaimStatus, old: ClaimStatus): Promise<FieldError[]> {
  if (sameValue(next.allocation, old.allocation) && sameValue(next.reservedFor ?? [], old.reservedFor ?? [])) return [];
  const verb = verbOf(request);
  const why = await refusalOf(request, { verb, subresource: "binding", namespace: "", name: "" });
  if (why === undefined) return [];
  const rule = `changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="${verb}" permission`;
  return [forbidden("status.allocation", `${rule}: ${why}`)];
}

async function deviceErrors(request: AdmissionRequest, next: ClaimStatus, old: ClaimStatus): Promise<FieldError[]> {
  // Reports on devices that are no longer allocated go away by themselves.
  if (!next.allocation) return [];
  const isOwnNode = isOnNode(request.context.user, nodeOf(next));
  const verbs = [...(isOwnNode ? ["associated-node:"] : []), "arbitrary-node:"].map((each) => each + verbOf(request));
  const errors: FieldError[] = [];
  for (const name of changedDrivers(next.devices, old.devices)) {
    const refusals: string[] = [];
    for (const verb of verbs) {
      const why = await refusalOf(request, { verb, subresource: "driver", namespace: request.namespace, name });
      if (why !== undefined) refusals.push(why);
    }
    if (refusals.length < verbs.length) continue;
    const rule = `changing status.devices requires resource="resourceclaims/driver", verb="[${verbs.join(" ")}]" permission`;
    errors.push(forbidden("status.devices", `${rule}: ${refusals[0]}`));
  }
  return errors;
}

function changedDrivers(
  next: readonly AllocatedDeviceStatus[] = [],
  old: readonly AllocatedDeviceStatus[] = [],
): readonly string[] {
  const keyOf = ({ driver, pool, device, shareID }: AllocatedDeviceStatus) =>
    JSON.stringify([driver, pool, device, shareID ?? ""]);
  const before = new Map(old.map((each) => [keyOf(each), each]));
  const after = new Set(next.map(keyOf));
  const written = next.filter((each) => !sameValue(each, before.get(keyOf(each))));
  const removed = old.filter((each) => !after.has(keyOf(each)));
  return [...new Set([...written, ...removed].map(({ driver }) => driver))].sort();
}

/** The one node where the allocation can be used, if there is just one. */
function nodeOf({ allocation }: ClaimStatus): string | undefined {
  const [term, ...others] = allocation?.nodeSelector?.nodeSelectorTerms ?? [];
  const [field, ...more] = term?.matchFields ?? [];
  if (others.length > 0 || more.length > 0 || (term?.matchExpressions ?? []).length > 0) return undefined;
  const [name, ...names] = field?.values ?? [];
  return field?.key === "metadata.name" && field.operator === "In" && names.length === 0 ? name : undefined;
}

/** A driver's pod is on the node that its token names. */
function isOnNode({ name, extra }: User, node: string | undefined): boolean {
  const [at, ...others] = extra?.[NODE_NAME] ?? [];
  return node !== undefined && name.startsWith("system:serviceaccount:") && others.length === 0 && at === node;
}
