/** `scale`: a workload's replicas as autoscaling/v1 Scale, for kubectl scale and autoscalers. */
import type { Scale } from "../../../api/generated/autoscaling.v1.ts";
import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { failure, invalid, methodNotAllowed, notFound } from "../../../api/machinery/status.ts";
import { defineResource, type Resource, type ScaleView } from "../../../api/resources/resource.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../registry/registry.ts";
import { updateObject } from "../../registry/update.ts";
import { updateStrategy } from "../../registry/update-strategy.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf, objectOf } from "../../storage/entry.ts";
import { decodeObject, mediaTypeOf } from "../body.ts";
import { negotiate } from "../negotiate.ts";
import { writeOptions } from "../options.ts";
import { applyFormat, parsePatch, patchFormats } from "../patch-format.ts";
import { renderValue } from "../respond.ts";
import { checkName } from "../verbs/update.ts";

const scaleResource: Resource = defineResource<Scale>({
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  plural: "scales",
  scope: "Namespaced",
});
const scaleServed: Served = { resource: scaleResource, group: "autoscaling", version: "v1", custom: false };

export async function scale(context: RequestContext): Promise<Response> {
  const accepted = negotiate(context.request, context.url, []);
  const { resource } = context.served;
  const view = resource.scale;
  if (!view) throw new Error(`${resource.kind} has no scale`);
  switch (context.request.method) {
    case "GET":
      return renderValue(scaleOf(await current(context), view), accepted);
    case "PUT":
      return renderValue(await write(context, view, "UpdateOptions"), accepted);
    case "PATCH":
      return renderValue(await write(context, view, "PatchOptions"), accepted);
    default:
      throw new ApiError(methodNotAllowed());
  }
}

async function current({ served, path, store }: RequestContext): Promise<Stored<KubeObject>> {
  const { entry } = await store.read(keyOf(served.resource, path.namespace, path.name));
  if (!entry) throw new ApiError(notFound({ group: served.group, resource: served.resource.plural }, path.name));
  return objectOf(entry);
}

function scaleOf(object: KubeObject, view: ScaleView<KubeObject>): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = view.specReplicas(object);
  const selector = view.selector(object);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: withoutUndefined({ name, namespace, uid, resourceVersion, creationTimestamp }),
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: view.statusReplicas(object), ...(selector === "" ? {} : { selector }) },
  };
}

const withoutUndefined = <T extends object>(object: T) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

async function write(context: RequestContext, view: ScaleView<KubeObject>, kind: string): Promise<Scale> {
  const { served, path } = context;
  const options = writeOptions(context.query, kind);
  const put =
    context.request.method === "PUT" ? (decodeObject(context, options, scaleServed) as unknown as Scale) : undefined;
  if (put) checkName(put, path.name);
  const { text } = await updateObject(context, {
    subresource: "scale",
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
    ...updateStrategy(served.resource, ""),
    draftOf(object) {
      const next = put ?? patchedScale(context, scaleOf(object, view));
      const replicas = next.spec?.replicas ?? 0;
      // A custom kind says itself what is wrong with its field.
      if (replicas < 0 && !served.custom) {
        const error = invalidField("spec.replicas", replicas, "must be greater than or equal to 0");
        throw new ApiError(invalid("autoscaling", "Scale", path.name, [error]));
      }
      const draft: KubeObject = structuredClone(object);
      view.setReplicas(draft, replicas);
      const { resourceVersion } = next.metadata;
      if (resourceVersion) draft.metadata.resourceVersion = resourceVersion;
      return draft;
    },
  });
  return scaleOf(JSON.parse(text) as KubeObject, view);
}

function patchedScale(context: RequestContext, scale: Scale): Scale {
  const format = patchFormats[mediaTypeOf(context.request)];
  if (!format) throw new ApiError(failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", {}));
  const options = writeOptions(context.query, "PatchOptions");
  return applyFormat(format, parsePatch(context.body), scale, { options, served: scaleServed })
    .object as unknown as Scale;
}
