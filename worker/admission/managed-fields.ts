/** metadata.managedFields: which field manager set what (docs/spec/apply.md). */
import { type KindAtVersion, ownableThrough, type VersionedType } from "../../api/machinery/apply/ownership.ts";
import { structView } from "../../api/machinery/apply/struct-view.ts";
import { type StructuralSchema, structuralView } from "../../api/machinery/apply/structural-view.ts";
import { trackUpdate } from "../../api/machinery/apply/track-update.ts";
import { DEDUCED } from "../../api/machinery/apply/type-view.ts";
import { type JsonObject, membersOf } from "../../api/machinery/json/json-object.ts";
import { canonicalObject, draftObject } from "../../api/machinery/json/object-text.ts";
import { apiVersionOf, type KubeObject, kubeObject } from "../../api/machinery/meta.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import type { Resource } from "../../api/resources/resource.ts";
import { structOfKind } from "../../api/schema/table.ts";
import type { RequestContext } from "../request-context.ts";
import type { ConvertTo } from "./converted-owners.ts";

/** The manager of a client without `fieldManager`: its user agent up to the first slash. */
const managerOf = (request: Request, requested: string): string =>
  requested !== "" ? requested : ((request.headers.get("User-Agent") ?? "").split("/")[0] ?? "").slice(0, 128);

/** How the kind's fields are owned, at its stored version and through that endpoint. */
export function ownedKind(resource: Resource, subresource: string, convert?: ConvertTo): KindAtVersion {
  const apiVersion = apiVersionOf(resource.group, resource.version);
  const struct = structOfKind(apiVersion, resource.kind);
  const resets = resource.resets?.[subresource];
  return {
    apiVersion,
    view: struct ? structView(struct) : customView(resource),
    ...(struct
      ? {}
      : {
          custom: true,
          // Kubernetes knows what the status endpoint of a custom kind resets at all versions, of others only at its own.
          resetsOwnVersion: subresource !== "status",
          versions: (version: string) => customVersion(resource, version, convert),
        }),
    ownable: ownableThrough({
      subresource,
      ...(resource.status ? { status: resource.status } : {}),
      ...(resets ? { resets } : {}),
    }),
    ...(resource.otherVersions ? { versions: (version: string) => otherVersion(resource, version) } : {}),
  };
}

const unconverted = (object: JsonObject) => object;

/**
 * Managers of a custom kind's other versions, served or not, keep what they own, each by its own version's schema.
 * Without a conversion webhook, the object is compared as it is.
 */
function customVersion(
  { group, version, structuralSchemas = {} }: Resource,
  apiVersion: string,
  convert: ConvertTo | undefined,
): VersionedType | undefined {
  const schema = structuralSchemas[apiVersion];
  if (!schema) return undefined;
  const view = structuralView(schema as StructuralSchema);
  if (!convert) return { view, from: unconverted, to: unconverted };
  const own = apiVersionOf(group, version);
  return { view, from: (object) => convert(object, apiVersion), to: (object) => convert(object, own) };
}

/** The same at the requested version. */
export function ownedKindAt(
  at: Pick<RequestContext, "served">,
  subresource: string,
  convert?: ConvertTo,
): KindAtVersion {
  const stored = ownedKind(at.served.resource, subresource, convert);
  const other = requestedVersion(at);
  if (!other) return stored;
  const { group, version } = at.served;
  const { from, to } = other;
  return {
    ...stored,
    apiVersion: apiVersionOf(group, version),
    view: other.view,
    versions: (each) => (each === stored.apiVersion ? { view: stored.view, from: to, to: from } : undefined),
  };
}

/** The requested version, if it differs from the stored one. Custom objects are at the requested version already. */
function requestedVersion({ served }: Pick<RequestContext, "served">): VersionedType | undefined {
  const { resource, group, version, conversion, custom } = served;
  return conversion && !custom ? otherVersion(resource, apiVersionOf(group, version)) : undefined;
}

function otherVersion({ group, kind, otherVersions = [] }: Resource, apiVersion: string): VersionedType | undefined {
  const found = otherVersions.find((each) => apiVersionOf(each.group ?? group, each.version) === apiVersion);
  const struct = found && structOfKind(apiVersion, kind);
  if (!found || !struct) return undefined;
  const converted = (convert: (object: KubeObject) => KubeObject) => (object: JsonObject) => {
    // An apply may have given up all metadata; Go's is a struct, and so never absent.
    const draft = kubeObject(structuredClone({ metadata: {}, ...object }));
    const made = canonicalObject(convert(draftObject(draft)));
    // An empty list of managers is a request, which the canonical form does not hold.
    const { managedFields } = draft.metadata;
    return membersOf(managedFields ? { ...made, metadata: { ...made.metadata, managedFields } } : made);
  };
  return { view: structView(struct), from: converted(found.fromStored), to: converted(found.toStored) };
}

const customView = ({ structuralSchema }: Resource) =>
  structuralSchema ? structuralView(structuralSchema as StructuralSchema) : DEDUCED;

interface Tracked {
  readonly fieldManager: string;
  readonly subresource: string;
  /** For a kind with a conversion webhook. */
  readonly convert?: ConvertTo | undefined;
}

/**
 * Records the owners of an ordinary write on its decoded and defaulted draft, before admission, at the version of the
 * request.
 */
export function trackManagedFields(
  context: RequestContext,
  { old, next }: { readonly old: KubeObject | undefined; readonly next: KubeObject },
  { fieldManager, subresource, convert }: Tracked,
): void {
  const shown = requestedVersion(context)?.from ?? unconverted;
  const managed = trackUpdate({
    old: old && shown(membersOf(old)),
    next: shown(membersOf(next)),
    manager: managerOf(context.request, fieldManager),
    kind: ownedKindAt(context, subresource, convert),
    subresource,
    now: timestamp(context.now),
  });
  if (managed) next.metadata.managedFields = managed;
  else delete next.metadata.managedFields;
}

/** For a status that the API server itself writes along with the request: it does so under its own name. */
export function trackServerStatus(
  context: RequestContext,
  { group, version, plural }: { readonly group: string; readonly version: string; readonly plural: string },
  change: { readonly old: KubeObject; readonly next: KubeObject },
): void {
  const served = context.registry.find(group, version, plural);
  if (!served) return;
  trackManagedFields({ ...context, served }, change, { fieldManager: "kube-apiserver", subresource: "status" });
}
