/** Server-side apply: PATCH with `application/apply-patch+yaml`. It creates what is not there. */
import { applyPatch } from "../../../api/machinery/apply/apply-patch.ts";
import { yamlToJson } from "../../../api/machinery/decode-yaml.ts";
import { required } from "../../../api/machinery/field-error.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { badRequest, failure, invalid } from "../../../api/machinery/status.ts";
import { ownedKind } from "../../registry/managed-fields.ts";
import { timestamp } from "../../registry/strategy.ts";
import { type Updated, updateObject } from "../../registry/update.ts";
import { updateStrategy } from "../../registry/update-strategy.ts";
import { ApiError } from "../api-error.ts";
import type { RequestContext } from "../context.ts";
import type { WriteOptions } from "../options.ts";
import { decodePatched } from "../patch-format.ts";
import { createObject } from "./create.ts";
import { checkIdentity } from "./patch.ts";

export async function applyServerSide(context: RequestContext, options: WriteOptions): Promise<Updated> {
  if (options.fieldManager === "") {
    const error = required("fieldManager", "is required for apply patch");
    throw new ApiError(invalid("meta.k8s.io", "PatchOptions", "", [error]));
  }
  const { served, path } = context;
  const { resource } = served;
  const tracked = { tracked: true, dryRun: options.dryRun, fieldManager: options.fieldManager } as const;
  const applied = parseApplied(context);
  return updateObject(context, {
    ...tracked,
    subresource: path.subresource,
    ...updateStrategy(resource, path.subresource),
    draftOf: (current) => appliedDraft(context, { applied, live: current, options }),
    ...(path.subresource === ""
      ? {
          onMissing: async () => {
            const draft = appliedDraft(context, { applied, live: undefined, options });
            return { text: await createObject(context, draft, { ...options, tracked: true }), created: true };
          },
        }
      : {}),
  });
}

function parseApplied({ body }: RequestContext): Record<string, unknown> {
  const converted = yamlToJson(new TextDecoder().decode(body));
  if (!converted.ok) throw new ApiError(badRequest(`error decoding YAML: ${converted.message}`));
  const value: unknown = JSON.parse(converted.json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ApiError(badRequest("the body of an apply must be an object"));
  }
  return value as Record<string, unknown>;
}

interface Applied {
  readonly applied: Record<string, unknown>;
  readonly live: KubeObject | undefined;
  readonly options: WriteOptions;
}

function appliedDraft(context: RequestContext, { applied, live, options }: Applied): KubeObject {
  const { served, path } = context;
  const { resource } = served;
  const result = applyPatch({
    live: live as Record<string, unknown> | undefined,
    applied,
    kind: { ...ownedKind(resource, path.subresource), kindName: resource.kind },
    manager: options.fieldManager,
    force: options.force,
    subresource: path.subresource,
    now: timestamp(context.now),
  });
  if (!result.ok) {
    const { code, reason, message, causes } = result;
    throw new ApiError(failure(code, reason, message, causes ? { causes: [...causes] } : undefined));
  }
  const typed = { ...result.object, kind: resource.kind, apiVersion: apiVersionOf(resource.group, resource.version) };
  const decoded = decodePatched(typed, served);
  if (!decoded.ok) throw new ApiError(badRequest(decoded.message));
  const draft = decoded.value as unknown as KubeObject;
  checkIdentity(context, draft);
  resource.defaults?.(draft);
  return draft;
}
