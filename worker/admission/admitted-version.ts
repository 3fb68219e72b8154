/**
 * The version at which a policy or a webhook sees a request. Its rules may name another version of the kind than the
 * request does. Unless they ask for exact versions, they still match, and see the object at the version that they name.
 */
import { anotherKind, kindIn, withDefaults } from "../../api/machinery/decode/decode-kind.ts";
import type { JsonObject } from "../../api/machinery/json/json-object.ts";
import { canonicalObject, draftObject } from "../../api/machinery/json/object-text.ts";
import { apiVersionOf, type KubeObject, kubeObject } from "../../api/machinery/meta.ts";
import { convertObjects } from "../conversion/convert-objects.ts";
import { decodePatched } from "../kinds/decode-patched.ts";
import type { Served } from "../kinds/kind-registry.ts";
import { scaleServed } from "../kinds/scale-kind.ts";
import type { AdmissionRequest } from "./plugin.ts";

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const isScale = ({ subresource, context }: AdmissionRequest) =>
  subresource === "scale" && context.served.resource.scale !== undefined;

/**
 * The kind of the object: for an action or a subresource with a form of its own (an Eviction, a Scale), that form and
 * not the resource.
 */
export function admittedKind(request: AdmissionRequest, at: Served): Kind {
  const { subresource, object, old, context } = request;
  const { kind } = context.served.resource;
  if (isScale(request)) return { group: "autoscaling", version: "v1", kind: "Scale" };
  const own = object ?? old;
  if (subresource === "" || !own?.kind || own.kind === kind) return { group: at.group, version: at.version, kind };
  const [group = "", version] = (own.apiVersion ?? "").split("/");
  return version === undefined ? { group: "", version: group, kind: own.kind } : { group, version, kind: own.kind };
}

/** The new object, or the old one, at that version. */
export async function admittedObject(request: AdmissionRequest, object: KubeObject, at: Served): Promise<KubeObject> {
  const { served } = request.context;
  const { resource } = served;
  const { group, version, kind } = admittedKind(request, at);
  if (request.operation === "CONNECT") return withoutMetadata(object);
  if (isScale(request) || kind !== resource.kind) return canonicalObject(object);
  const shown = await atVersion(request, object, { from: served, to: at });
  return { ...canonicalObject(shown), kind, apiVersion: apiVersionOf(group, version) };
}

/** The options of a connection are not an API object, and have no metadata. */
const withoutMetadata = ({ metadata: _, ...options }: KubeObject): KubeObject => options as KubeObject;

interface Between {
  readonly from: Served;
  readonly to: Served;
}

/** Drafts of built-in kinds are at the stored version, those of custom kinds at the request's. */
async function atVersion(
  { context }: AdmissionRequest,
  object: KubeObject,
  { from, to }: Between,
): Promise<KubeObject> {
  const copy = structuredClone(object);
  if (!from.custom) return to.conversion ? to.conversion.fromStored(draftObject(copy)) : copy;
  if (from === to) return copy;
  const apiVersion = apiVersionOf(to.group, to.version);
  const [converted] = to.converter
    ? await convertObjects(context, to.converter, { objects: [copy], apiVersion })
    : [copy];
  return to.conversion ? to.conversion.fromStored(converted ?? copy) : (converted ?? copy);
}

export type AdmittedDraft =
  /** `unknown`: fields that the kind does not have, worded as by strict decoding. Custom kinds prune them. */
  | { readonly ok: true; readonly draft: KubeObject; readonly unknown?: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** Converts the admitted object back into the draft that the request continues with. */
export async function draftOfAdmitted(
  request: AdmissionRequest,
  changed: JsonObject,
  at: Served,
): Promise<AdmittedDraft> {
  const { served } = request.context;
  const { resource } = served;
  const kind = admittedKind(request, at);
  const form = isScale(request) ? scaleServed : at;
  if (kind.kind !== form.resource.kind) return { ok: true, draft: draftObject(kubeObject(changed)) };
  // For custom kinds, a changed kind is caught by validation.
  const another = form.custom ? undefined : kindChanged(changed, kind);
  if (another !== undefined) return { ok: false, message: another };
  // What a plugin sets is validated as it is.
  const decoded = decodePatched(changed, form, { nulls: "kept" });
  if (!decoded.ok) return { ok: false, message: decoded.message };
  const object = kubeObject(decoded.value);
  if (form !== at) return { ok: true, draft: object, unknown: decoded.strict };
  const draft = served.custom
    ? await atVersion(request, object, { from: at, to: served })
    : (at.conversion?.toStored(object) ?? object);
  resource.defaults?.(draft);
  return { ok: true, draft, ...(served.custom ? {} : { unknown: decoded.strict }) };
}

/** An admitted object must state its kind, and that must be the kind that was passed in. */
function kindChanged(changed: JsonObject, expected: Kind): string | undefined {
  const found = kindIn(changed);
  return found.ok ? anotherKind(withDefaults(found, expected), expected) : found.message;
}
