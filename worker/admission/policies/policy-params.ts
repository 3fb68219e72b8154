/** The objects that a binding's paramRef selects (apiserver pkg/admission/plugin/policy/generic/policy_matcher.go). */
import type { ParamKind, ParamRef } from "../../../api/generated/admissionregistration.v1.ts";
import { type KubeObject, parseApiVersion } from "../../../api/machinery/meta.ts";
import { labelSelectorRequirements } from "../../../api/machinery/selectors/selector.ts";
import { type Served, storageResource } from "../../kinds/kind-registry.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf, objectOf } from "../../storage/entry.ts";
import type { AdmissionRequest } from "../plugin.ts";

export type Params =
  /** One evaluation per element; undefined stands for the absence of parameters. */
  | { readonly ok: true; readonly params: readonly (KubeObject | undefined)[] }
  /** What is wrong with the binding. */
  | { readonly ok: false; readonly message: string };

/** What is wrong with the policy regardless of its bindings: the kind of its parameters is not served. */
export function paramKindProblem(kind: ParamKind | undefined, { context }: AdmissionRequest): string | undefined {
  if (!kind || servedKind(kind, context)) return undefined;
  const { group, version } = parseApiVersion(kind.apiVersion ?? "");
  const why = `failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind.kind}'`;
  return `failed to configure policy: ${why}`;
}

function servedKind({ apiVersion = "", kind = "" }: ParamKind, { registry }: RequestContext): Served | undefined {
  const { group, version } = parseApiVersion(apiVersion);
  return registry.findKind(group, version, kind);
}

export async function paramsOf(
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  request: AdmissionRequest,
): Promise<Params> {
  const { context, namespace } = request;
  const served = kind && servedKind(kind, context);
  if (!served || !ref) return { ok: true, params: [undefined] };
  const unfit = (why: string): Params => ({ ok: false, message: `failed to configure binding: ${why}` });
  const { resource } = served;
  const isNamespaced = resource.scope === "Namespaced";
  const where = isNamespaced ? ref.namespace || namespace : "";
  if (isNamespaced && where === "")
    return unfit("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
  if (!isNamespaced && ref.namespace)
    return unfit("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
  const found: KubeObject[] = [];
  if (ref.name) {
    const entry = await request.reads.entry(keyOf(resource, where, ref.name));
    if (entry) found.push(objectOf(entry));
  } else {
    const page = await context.store.list({
      resource: storageResource(resource),
      ...(isNamespaced ? { namespace: where } : {}),
      requirements: labelSelectorRequirements(ref.selector ?? {}),
    });
    found.push(...page.items.map(objectOf));
  }
  if (found.length > 0) return { ok: true, params: found };
  if (ref.parameterNotFoundAction !== "Deny") return { ok: true, params: [] };
  return unfit("no params found for policy binding with `Deny` parameterNotFoundAction");
}
