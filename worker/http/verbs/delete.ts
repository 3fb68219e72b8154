import { parseObject } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { deleted } from "../../../api/machinery/status.ts";
import { resourceNameOf } from "../../kinds/kind-registry.ts";
import { deleteObject } from "../../registry/delete.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf } from "../../storage/entry.ts";
import { deletionOf, propagationWarnings } from "../request/delete-options.ts";
import { renderValue } from "../response/respond.ts";
import { acceptedBy, renderStored } from "../response/views.ts";

/** DELETE of one object: answers a Status once it is gone, or the object while a grace period or finalizers hold it. */
export async function remove(context: RequestContext): Promise<Response> {
  const { served, path } = context;
  const accepted = acceptedBy(context);
  const deletion = deletionOf(context);
  context.warnings.push(...propagationWarnings(served.resource, deletion));
  const { text, gone } = await deleteObject(context, keyOf(served.resource, path.namespace, path.name), deletion);
  // Only clients that use the deprecated option learn from the status code that dependents and finalizers are being
  // waited for.
  const status = !gone && deletion.options?.orphanDependents === false ? 202 : 200;
  if (gone && !served.resource.deleteReturnsObject) {
    const of = resourceNameOf(served);
    return renderValue(deleted(of, path.name, parseObject<KubeObject>(text).metadata.uid), accepted);
  }
  return renderStored(context, text, { accepted, status });
}
