/**
 * `pods/eviction`: a delete that checks the pod's disruption budget first (registry/core/pod/storage EvictionREST). The
 * budget is decremented in the commit that deletes the pod, so no two evictions share one disruption.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Eviction } from "../../../api/generated/policy.v1.ts";
import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import { badRequest, failure, invalid, methodNotAllowed } from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineResource } from "../../../api/resources/resource.ts";
import { admitAction } from "../../admission/admit-action.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { deleteObject, type Ending } from "../../registry/delete.ts";
import { placeInNamespace } from "../../registry/place-in-namespace.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf } from "../../storage/entry.ts";
import { decodeObject } from "../request/body.ts";
import { deletionFrom } from "../request/delete-options.ts";
import { writeOptions } from "../request/write-options.ts";
import { renderValue } from "../response/respond.ts";
import { acceptedBy, METADATA_VIEWS } from "../response/views.ts";
import { budgetWrite } from "./disruption-budget.ts";

const evictions: Served = {
  resource: defineResource<Eviction>({
    group: "policy",
    version: "v1",
    kind: "Eviction",
    plural: "evictions",
    scope: "Namespaced",
  }),
  group: "policy",
  version: "v1",
  custom: false,
};

/** The number of attempts that Kubernetes makes when others evict under the same budget. */
const MAX_ATTEMPTS = 20;

export async function evictPod(context: RequestContext): Promise<Response> {
  if (context.request.method !== "POST") throw new ApiError(methodNotAllowed());
  const accepted = acceptedBy(context, METADATA_VIEWS);
  const options = writeOptions(context.query, "CreateOptions");
  const body = decodeObject(context, options, evictions);
  placeInNamespace(context, body);
  const eviction = body as Eviction;
  const { name, namespace } = context.path;
  const check = () => {
    if (eviction.metadata.name !== name)
      throw new ApiError(badRequest("name in URL does not match name in Eviction object"));
    checkOptions(eviction, context.query.getAll("dryRun"));
  };
  await admitAction(context, { subresource: "eviction", name, object: body, dryRun: options.dryRun, check });
  const requested = deletionFrom(eviction.deleteOptions ?? {});
  const deletion = { ...requested, dryRun: requested.dryRun || options.dryRun };
  const ending: Ending = {
    attempts: MAX_ATTEMPTS,
    async prepare(current) {
      const pod = current as Pod;
      const writes = isUnguarded(pod) ? [] : await budgetWrite(context, pod);
      return { object: deletion.dryRun ? current : { ...current, ...withDisruptionTarget(pod, context.now) }, writes };
    },
  };
  await deleteObject(context, keyOf(context.served.resource, namespace, name), deletion, ending);
  return renderValue({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, accepted, 201);
}

/** `dryRun`: what the request asks for. */
function checkOptions({ metadata, deleteOptions = {} }: Eviction, dryRun: readonly string[]): void {
  if (deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential) {
    const why = "can not be set for pod eviction, try after removing the option";
    const error = invalidField("deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential", true, why);
    throw new ApiError(invalid("policy", "Eviction", metadata.name ?? "", [error]));
  }
  const inBody = deleteOptions.dryRun ?? [];
  if (dryRun.length === 0 || inBody.length === 0 || deepEqual(dryRun, inBody)) return;
  const both = `[${dryRun.join(" ")}] and [${inBody.join(" ")}]`;
  throw new ApiError(failure(500, "", `Non-matching dry-run options in request and content: ${both}`));
}

/** Pods that do not count for a budget any more, or yet. */
const isUnguarded = ({ metadata, status: { phase } }: Pod): boolean =>
  phase === "Succeeded" || phase === "Failed" || phase === "Pending" || metadata.deletionTimestamp !== undefined;

/** Sets on the pod why it ends. */
function withDisruptionTarget({ status }: Pod, now: number): Pick<Pod, "status"> {
  const conditions = status.conditions ?? [];
  const at = conditions.findIndex(({ type }) => type === "DisruptionTarget");
  const since = conditions[at]?.status === "True" ? conditions[at]?.lastTransitionTime : undefined;
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    lastTransitionTime: since ?? timestamp(now),
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  return { status: { ...status, conditions: at < 0 ? [...conditions, condition] : conditions.with(at, condition) } };
}
