/** Server-side apply: PATCH with `application/apply-patch+yaml`. It creates the object if there is none. */
import { applyPatch } from "../../../api/machinery/apply/apply-patch.ts";
import { type ParsedApplied, parseApplied } from "../../../api/machinery/apply/parse-applied.ts";
import { copyJson } from "../../../api/machinery/json/json-copy.ts";
import { isJsonObject, membersOf } from "../../../api/machinery/json/json-object.ts";
import { canonicalObject } from "../../../api/machinery/json/object-text.ts";
import { apiVersionOf, type KubeObject, kubeObject } from "../../../api/machinery/meta.ts";
import { unstructuredProblem } from "../../../api/machinery/patch/from-unstructured.ts";
import { badRequest, conflict, failure, type Status } from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { type ConvertTo, withConversions } from "../../admission/converted-owners.ts";
import { ownedKindAt } from "../../admission/managed-fields.ts";
import { ApiError } from "../../api-error.ts";
import { decodePatched, structFor } from "../../kinds/decode-patched.ts";
import { resourceNameOf } from "../../kinds/kind-registry.ts";
import { type Updated, updateObject } from "../../registry/update.ts";
import { updateStrategy } from "../../registry/update-strategy.ts";
import type { RequestContext } from "../../request-context.ts";
import { yamlText } from "../../yaml-text.ts";
import type { WriteOptions } from "../request/write-options.ts";
import { patchRefused } from "../response/patch-failure.ts";
import { atServedVersion, atStoredVersion } from "../response/views.ts";
import { setAttemptWarnings } from "./attempt-warnings.ts";
import { checkIdentity } from "./check-identity.ts";
import { createObject } from "./create.ts";
import { dropRevision } from "./preconditions.ts";

export const APPLY_TYPE = "application/apply-patch+yaml";

export async function applyServerSide(context: RequestContext, options: WriteOptions): Promise<Updated> {
  const { served, path } = context;
  const { resource } = served;
  const tracked = { tracked: true, dryRun: options.dryRun, fieldManager: options.fieldManager } as const;
  const parsed = parseApplied(yamlText(context.body));
  if (!parsed.ok) throw patchRefused(parsed);
  const { value: applied, strict } = parsed;
  return updateObject(context, {
    ...tracked,
    subresource: path.subresource,
    ...updateStrategy(resource, path.subresource),
    draftOf: (current) =>
      withConversions(context, (convert) =>
        appliedDraft(context, { applied, strict, live: current, options, convert }),
      ),
    ...(path.subresource === ""
      ? {
          onMissing: async () => {
            const draft = appliedDraft(context, { applied, strict, live: undefined, options });
            return {
              text: await createObject(context, draft, { ...options, otherVerb: true, tracked: true }),
              created: true,
            };
          },
        }
      : {}),
  });
}

/** A configuration with a uid requires an existing object. */
const noSuchUid = ({ served, path }: RequestContext, uid: string) =>
  new ApiError(
    conflict(
      resourceNameOf(served),
      path.name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    ),
  );

/** A configuration that matches its apply schema may still not decode: an invalid quantity, say. */
function undecodableStatus({ served, path }: RequestContext, applied: Record<string, unknown>, why: string): Status {
  if (served.custom) return badRequest(why);
  const problem = why.startsWith("illegal base64 data") ? `error decoding from json: ${why}` : why;
  const kind = `${served.group}/${served.version}, Kind=${served.resource.kind}`;
  const { namespace = "", name = path.name } = (isJsonObject(applied.metadata) ? applied.metadata : {}) as {
    namespace?: string;
    name?: string;
  };
  const object = `new object (${namespace}/${name}; ${kind})`;
  return failure(
    500,
    "",
    `failed to convert ${object} to proper version: unable to convert unstructured object to ${kind}: ${problem}`,
  );
}

interface Applied {
  readonly applied: Record<string, unknown>;
  readonly strict: Extract<ParsedApplied, { ok: true }>["strict"];
  readonly live: KubeObject | undefined;
  readonly options: WriteOptions;
  readonly convert?: ConvertTo | undefined;
}

function appliedDraft(context: RequestContext, { applied, strict, live, options, convert }: Applied): KubeObject {
  const { served, path } = context;
  const { resource } = served;
  const { group, version, custom } = served;
  // In the form in which it is answered: what Go renders as null is present there, and differs from what an applier
  // omits. A custom object is at the request's version already; what is made of it shares its parts, and gets defaults
  // that it does not have.
  const stated = live && (custom ? canonicalObject(copyJson(live)) : atServedVersion(served, live));
  const result = applyPatch({
    live: stated && membersOf(stated),
    applied,
    kind: { ...ownedKindAt(context, path.subresource, convert), kindName: resource.kind },
    manager: options.fieldManager,
    force: options.force,
    subresource: path.subresource,
    now: timestamp(context.now),
  });
  if (!result.ok) throw patchRefused(result);
  const typed = { ...result.object, kind: resource.kind, apiVersion: apiVersionOf(group, version) };
  const decoded = decodePatched(typed, served, { nulls: "kept" });
  if (!decoded.ok) {
    // The configuration is set field by field, like the result of a strategic merge: PATCH-10.
    const problem = custom ? undefined : unstructuredProblem(typed, structFor(served));
    throw new ApiError(undecodableStatus(context, applied, problem ?? decoded.message));
  }
  const object = kubeObject(decoded.value);
  const draft = custom ? object : atStoredVersion(served, object);
  if (strict && options.fieldValidation === "Strict") throw patchRefused(strict.failure);
  setAttemptWarnings(context, options.fieldValidation === "Warn" ? (strict?.warnings ?? []) : []);
  if (!live && draft.metadata.uid) throw noSuchUid(context, draft.metadata.uid);
  checkIdentity(context, draft);
  // Only the server decides these two; an applier may repeat what it once read.
  if (live) draft.metadata.creationTimestamp = live.metadata.creationTimestamp ?? "";
  else dropRevision(draft);
  // A new object gets its defaults when it is created, after which its parts may share values.
  // An apply that changes nothing adds none.
  if (live && result.changed) resource.defaults?.(draft);
  return draft;
}
