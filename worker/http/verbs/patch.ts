import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { copyJson } from "../../../api/machinery/json/json-copy.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { invalid } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { updateObject } from "../../registry/update.ts";
import { updateStrategy } from "../../registry/update-strategy.ts";
import type { RequestContext } from "../../request-context.ts";
import { mediaTypeOf } from "../request/body.ts";
import { applyFormat, type PatchFormat, parsePatch, patchFormatOf } from "../request/patch-format.ts";
import { patchOptions, type WriteOptions } from "../request/write-options.ts";
import { acceptedBy, atServedVersion, atStoredVersion, renderStored } from "../response/views.ts";
import { APPLY_TYPE, applyServerSide } from "./apply.ts";
import { setAttemptWarnings } from "./attempt-warnings.ts";
import { checkIdentity } from "./check-identity.ts";

/** PATCH of an object or of a subresource that is part of it. */
export async function patch(context: RequestContext): Promise<Response> {
  const media = mediaTypeOf(context.request);
  // The patch format is validated before the options.
  const format = media === APPLY_TYPE ? undefined : patchFormatOf(context.served, media);
  const accepted = acceptedBy(context);
  const options = patchOptions(context.query, format === undefined);
  const { text, created } = format
    ? await applyPatchTo(context, options, format)
    : await applyServerSide(context, options);
  return renderStored(context, text, { accepted, status: created ? 201 : 200 });
}

async function applyPatchTo(context: RequestContext, options: WriteOptions, format: PatchFormat) {
  const { served, path } = context;
  const { resource } = served;
  return updateObject(context, {
    subresource: path.subresource,
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
    ...updateStrategy(resource, path.subresource),
    draftOf(current) {
      // Custom objects are at the request's version already, and would get its defaults.
      const shown = served.custom ? copyJson(current) : atServedVersion(served, current);
      const patched = applyFormat(format, parsePatch(context.body, format, options), shown, { options, served });
      setAttemptWarnings(context, patched.warnings);
      checkIdentity(context, patched.object);
      checkVersion(context, patched.object);
      const draft = atStoredVersion(served, patched.object);
      resource.defaults?.(draft);
      return draft;
    },
  });
}

/** Conversion would turn it into a version that it does not state. */
function checkVersion({ served, path }: RequestContext, { kind, apiVersion }: KubeObject): void {
  const { group, version, custom, resource } = served;
  const expected = apiVersionOf(group, version);
  if (!custom || path.subresource !== "" || apiVersion === expected) return;
  throw new ApiError(
    invalid(group, resource.kind, path.name, [
      ...(kind === resource.kind ? [] : [invalidField("kind", kind, `must be ${resource.kind}`)]),
      invalidField("apiVersion", apiVersion, `must be ${expected}`),
    ]),
  );
}
