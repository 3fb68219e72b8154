/** `pods/binding`: the scheduler's decision, written into the pod (registry/core/pod/storage BindingREST). */
import type { Binding, Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { badRequest, conflict, failure, methodNotAllowed } from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { validateBinding } from "../../../api/resources/core/binding.ts";
import { assignNode } from "../../../api/resources/core/pod/placement/assign-node.ts";
import { admitAction } from "../../admission/admit-action.ts";
import { ApiError } from "../../api-error.ts";
import { placeInNamespace } from "../../registry/place-in-namespace.ts";
import { updateObject } from "../../registry/update.ts";
import type { RequestContext } from "../../request-context.ts";
import { decodeObject } from "../request/body.ts";
import { writeOptions } from "../request/write-options.ts";
import { renderValue } from "../response/respond.ts";
import { acceptedBy, METADATA_VIEWS } from "../response/views.ts";
import { requireStorableName } from "../verbs/check-identity.ts";
import { checkPreconditions } from "../verbs/preconditions.ts";

const OF = { group: "", resource: "pods/binding" };

/** POST /namespaces/NS/pods/NAME/binding, and POST /namespaces/NS/bindings, whose body names the pod. */
export async function bindPod(context: RequestContext): Promise<Response> {
  if (context.request.method !== "POST") throw new ApiError(methodNotAllowed());
  const accepted = acceptedBy(context, METADATA_VIEWS);
  const options = writeOptions(context.query, "CreateOptions");
  const bindings = context.registry.find("", "v1", "bindings");
  const pods = context.registry.find("", "v1", "pods");
  if (!bindings || !pods) throw new Error("the kinds Pod and Binding are not registered");
  const object = decodeObject(context, options, bindings);
  placeInNamespace(context, object);
  const binding = object as Binding;
  const name = context.path.resource === "bindings" ? (binding.metadata.name ?? "") : context.path.name;
  const ofPod = { ...context, served: pods, path: { ...context.path, resource: "pods", name, subresource: "binding" } };
  const posted = { name, object, dryRun: options.dryRun, check: () => checkBinding(binding, name) };
  if (context.path.resource === "bindings")
    await admitAction({ ...context, served: bindings }, { ...posted, subresource: "" });
  else await admitAction(ofPod, { ...posted, subresource: "binding" });
  await updateObject(ofPod, {
    subresource: "binding",
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
    admitted: true,
    // The scheduler does not own the field that it sets.
    tracked: true,
    draftOf: (current) => {
      checkPreconditions(ofPod, binding as KubeObject, { current, dryRun: options.dryRun });
      return boundPod(current as Pod, binding, context.now) as KubeObject;
    },
    prepare: () => {},
    validate: () => [],
  });
  return renderValue({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, accepted, 201);
}

function checkBinding(binding: Binding, name: string): void {
  if ((binding.metadata.name ?? "") !== name) {
    throw new ApiError(badRequest("name in URL does not match name in Binding object"));
  }
  const errors = validateBinding(binding).map(({ path, message }) => `${path}: ${message}`);
  if (errors.length > 0)
    throw new ApiError(failure(500, "", errors.length > 1 ? `[${errors.join(", ")}]` : (errors[0] ?? "")));
  requireStorableName(name);
}

function boundPod(pod: Pod, binding: Binding, now: number): Pod {
  const assigned = assignNode(pod, binding, timestamp(now));
  if (!assigned.ok) throw new ApiError(conflict(OF, pod.metadata.name ?? "", assigned.why));
  return assigned.pod;
}
