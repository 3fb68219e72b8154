/** `scale`: a workload's replicas as autoscaling/v1 Scale, for kubectl scale and autoscalers. */

import type { Scale } from "../../../api/generated/autoscaling.v1.ts";
import { applyPatch } from "../../../api/machinery/apply/apply-patch.ts";
import { parseApplied } from "../../../api/machinery/apply/parse-applied.ts";
import { parentEntries } from "../../../api/machinery/apply/scale-owners.ts";
import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { membersOf } from "../../../api/machinery/json/json-object.ts";
import { parseObject } from "../../../api/machinery/json/object-text.ts";
import { apiVersionOf, type KubeObject, kubeObject, type Stored } from "../../../api/machinery/meta.ts";
import { validateObjectMeta } from "../../../api/machinery/object-meta-validation.ts";
import {
  badRequest,
  conflict,
  internalError,
  invalid,
  methodNotAllowed,
  notFound,
} from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { ScaleView } from "../../../api/resources/resource.ts";
import { ownedKind, trackManagedFields } from "../../admission/managed-fields.ts";
import { ApiError } from "../../api-error.ts";
import { decodePatched } from "../../kinds/decode-patched.ts";
import { resourceNameOf } from "../../kinds/kind-registry.ts";
import { replicasPaths, scaleOf, scaleServed } from "../../kinds/scale-kind.ts";
import { preconditionProblem } from "../../registry/precondition-problem.ts";
import { updateObject } from "../../registry/update.ts";
import { updateStrategy } from "../../registry/update-strategy.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf, objectOf } from "../../storage/entry.ts";
import { yamlText } from "../../yaml-text.ts";
import { decodeObject, mediaTypeOf } from "../request/body.ts";
import { revisionOption } from "../request/list-options.ts";
import { applyFormat, parsePatch, patchFormatOf } from "../request/patch-format.ts";
import { patchOptions, type WriteOptions, writeOptions } from "../request/write-options.ts";
import { type Accepted, negotiate } from "../response/negotiate.ts";
import { patchRefused } from "../response/patch-failure.ts";
import { readAtServedVersion, renderView, VIEWS } from "../response/views.ts";
import { APPLY_TYPE } from "../verbs/apply.ts";
import { setAttemptWarnings } from "../verbs/attempt-warnings.ts";
import { checkIdentity } from "../verbs/check-identity.ts";
import { checkUid } from "../verbs/preconditions.ts";

export async function scale(context: RequestContext): Promise<Response> {
  const accepted = negotiate(context.request, context.query, VIEWS, { untyped: context.served.custom });
  switch (context.request.method) {
    case "GET":
      revisionOption(context.query);
      return render(context, await current(context), accepted);
    case "PUT":
      return render(context, await put(context), accepted);
    case "PATCH":
      return render(context, await patch(context), accepted);
    default:
      throw new ApiError(methodNotAllowed());
  }
}

/** The Scale shows no managedFields; those are the object's. */
function render(context: RequestContext, object: KubeObject, accepted: Accepted): Response | Promise<Response> {
  const shown = scaleOf(withoutOwners(object), context.served.resource, viewOf(context));
  return renderView({ ...context, served: scaleServed }, shown, { accepted });
}

function withoutOwners(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Stands for the replicas of a custom object that does not specify any, until somebody does. */
const UNSET = -(2 ** 31);

/** As Kubernetes writes paths. */
const pathText = ({ replicasPath }: View): string => `.${replicasPath.join(".")}`;

const replicasField = (view: View): string => `the spec replicas field ${JSON.stringify(pathText(view))}`;

type View = ScaleView<KubeObject>;

function viewOf({ served: { resource } }: Pick<RequestContext, "served">): View {
  if (resource.scale) return resource.scale;
  throw new Error(`${resource.kind} has no scale`);
}

async function current({ served, path, store }: RequestContext): Promise<KubeObject> {
  const { entry } = await store.read(keyOf(served.resource, path.namespace, path.name));
  if (!entry) throw new ApiError(notFound(resourceNameOf(served), path.name));
  const object = readAtServedVersion(served, objectOf(entry));
  const view = viewOf({ served });
  if (view.specReplicas(object) === undefined)
    throw new ApiError(internalError(`${replicasField(view)} does not exist`));
  return object;
}

function put(context: RequestContext): Promise<KubeObject> {
  const options = writeOptions(context.query, "UpdateOptions");
  const body = decodeObject(context, options, scaleServed);
  checkIdentity(context, body);
  return write(context, options, (old) => {
    checkUid(context, body, { current: old, dryRun: options.dryRun });
    return withManagedFields(context, old, structuredClone(body), options);
  });
}

function patch(context: RequestContext): Promise<KubeObject> {
  const media = mediaTypeOf(context.request);
  // The patch is validated before its media type is.
  const format = media === APPLY_TYPE ? undefined : patchFormatOf(context.served, media);
  const options = patchOptions(context.query, format === undefined);
  if (!format) return write(context, options, (old) => appliedScale(context, old, options));
  return write(context, options, (old) => {
    const patch = parsePatch(context.body, format, options);
    const { object, warnings } = applyFormat(format, patch, old, { options, served: scaleServed });
    setAttemptWarnings(context, warnings);
    checkIdentity(context, object);
    return withManagedFields(context, old, object, options);
  });
}

/** For a custom kind the errors are about the object itself, for a built-in one about its Scale. */
function checkScale(
  { served, path: { name } }: RequestContext,
  { metadata }: KubeObject,
  { replicas, uid }: { readonly replicas: number; readonly uid: string },
): void {
  const { custom, group, resource } = served;
  if (custom) {
    if (replicas >= 0) return;
    const error = invalidField(pathText(viewOf({ served })), replicas, "should be a non-negative integer");
    throw new ApiError(invalid(group, resource.kind, name, [error]));
  }
  const errors = validateObjectMeta(metadata, { scope: "Namespaced" });
  if (replicas < 0) errors.push(invalidField("spec.replicas", replicas, "must be greater than or equal to 0"));
  if (errors.length > 0) throw new ApiError(invalid("autoscaling", "Scale", name, errors));
  if (!metadata.uid || metadata.uid === uid) return;
  const problem = preconditionProblem({ field: "UID", expected: metadata.uid, actual: uid });
  throw new ApiError(conflict({ group, resource: `${resource.plural}/scale` }, name, problem));
}

function withManagedFields(
  context: RequestContext,
  old: KubeObject,
  next: KubeObject,
  { fieldManager }: WriteOptions,
): Scale {
  trackManagedFields({ ...context, served: scaleServed }, { old, next }, { fieldManager, subresource: "scale" });
  return next as Scale;
}

function appliedScale(context: RequestContext, live: KubeObject, { fieldManager, force }: WriteOptions): Scale {
  const parsed = parseApplied(yamlText(context.body));
  if (!parsed.ok) throw patchRefused(parsed);
  const { resource } = scaleServed;
  const result = applyPatch({
    live: membersOf(live),
    applied: parsed.value,
    kind: { ...ownedKind(resource, "scale"), kindName: resource.kind },
    manager: fieldManager,
    force,
    subresource: "scale",
    now: timestamp(context.now),
  });
  if (!result.ok) throw patchRefused(result);
  const decoded = decodePatched(result.object, scaleServed);
  if (!decoded.ok) throw new ApiError(badRequest(decoded.message));
  const next = kubeObject(decoded.value) as Scale;
  checkIdentity(context, next);
  return next;
}

/** Changes the object's replicas, and their owners, to what `nextOf` and then admission make of its Scale. */
async function write(
  context: RequestContext,
  options: WriteOptions,
  nextOf: (scale: KubeObject) => Scale,
): Promise<KubeObject> {
  const { served } = context;
  const { resource } = served;
  const view = viewOf(context);
  const { text } = await updateObject(context, {
    subresource: "scale",
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
    tracked: true,
    ...updateStrategy(resource, ""),
    formOf: (object) => scaleOf(withoutOwners(object), resource, view),
    async draftOf(object, mutate) {
      const scale = scaleOf(object, resource, view) as Stored<Scale>;
      const old = view.specReplicas(object) === undefined ? { ...scale, spec: { replicas: UNSET } } : scale;
      const next = nextOf(old);
      await mutate(next, old);
      const replicas = next.spec?.replicas ?? 0;
      if (replicas === UNSET) throw new ApiError(badRequest(`${replicasField(view)} cannot be empty`));
      checkScale(context, next, { replicas, uid: object.metadata.uid });
      const draft: KubeObject = structuredClone(object);
      view.setReplicas(draft, replicas);
      const managedFields = parentEntries(object.metadata.managedFields, next.metadata.managedFields, {
        paths: replicasPaths(resource, view),
        apiVersion: apiVersionOf(served.group, served.version),
      });
      if (managedFields) draft.metadata.managedFields = managedFields;
      else delete draft.metadata.managedFields;
      // Without a revision, the object that was read is scaled; a custom kind must be given its revision.
      const { resourceVersion } = next.metadata;
      if (resourceVersion) draft.metadata.resourceVersion = resourceVersion;
      return draft;
    },
  });
  return readAtServedVersion(served, parseObject<KubeObject>(text));
}
