/** `namespaces/finalize`: changes a namespace's finalizers; removing the last one deletes a terminating namespace. */
import type { Namespace } from "../../../api/generated/core.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { methodNotAllowed } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { updateObject } from "../../registry/update.ts";
import { updateStrategy } from "../../registry/update-strategy.ts";
import type { RequestContext } from "../../request-context.ts";
import { decodeObject } from "../request/body.ts";
import { writeOptions } from "../request/write-options.ts";
import { negotiate } from "../response/negotiate.ts";
import { renderText } from "../response/respond.ts";
import { checkIdentity } from "../verbs/check-identity.ts";

export async function finalizeNamespace(context: RequestContext): Promise<Response> {
  if (context.request.method !== "PUT") throw new ApiError(methodNotAllowed());
  const { resource } = context.served;
  const accepted = negotiate(context.request, context.query, []);
  const options = writeOptions(context.query, "UpdateOptions");
  const body = decodeObject(context, options) as Namespace;
  checkIdentity(context, body);
  const { text } = await updateObject(context, {
    subresource: "finalize",
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
    ...updateStrategy(resource, "finalize"),
    draftOf(current) {
      const draft = { ...structuredClone(current), spec: body.spec, metadata: { ...body.metadata } } as KubeObject;
      resource.defaults?.(draft);
      return draft;
    },
  });
  return renderText(text, accepted);
}
