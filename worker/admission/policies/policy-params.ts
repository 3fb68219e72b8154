/** The objects that a binding's paramRef names (apiserver pkg/admission/plugin/policy/generic/policy_matcher.go). */
import type { ParamKind, ParamRef } from "../../../api/generated/admissionregistration.v1.ts";
import { type KubeObject, parseApiVersion } from "../../../api/machinery/meta.ts";
import { labelSelectorRequirements } from "../../../api/machinery/selector.ts";
import { storageResource } from "../../kind-registry.ts";
import { keyOf, objectOf } from "../../storage/entry.ts";
import type { AdmissionRequest } from "../plugin.ts";

export type Params =
  /** One evaluation for each; undefined stands for the absence of parameters. */
  | { readonly ok: true; readonly params: readonly (KubeObject | undefined)[] }
  | { readonly ok: false; readonly message: string };

export async function paramsOf(
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  request: AdmissionRequest,
): Promise<Params> {
  if (!kind || !ref) return { ok: true, params: [undefined] };
  const { context, namespace } = request;
  const { group, version } = parseApiVersion(kind.apiVersion ?? "");
  const served = context.registry.findKind(group, version, kind.kind ?? "");
  if (!served)
    return {
      ok: false,
      message: `failed to find resource referenced by paramKind: '${kind.apiVersion}, Kind=${kind.kind}'`,
    };
  const { resource } = served;
  const isNamespaced = resource.scope === "Namespaced";
  if (!isNamespaced && ref.namespace)
    return {
      ok: false,
      message: "failed to configure binding: paramRef.namespace must not be provided for a cluster-scoped `paramKind`",
    };
  const where = isNamespaced ? (ref.namespace ?? namespace) : "";
  if (isNamespaced && where === "")
    return {
      ok: false,
      message: "failed to configure binding: can't use namespaced paramRef to match cluster-scoped resource",
    };
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
  if (ref.parameterNotFoundAction === "Allow") return { ok: true, params: [] };
  return {
    ok: false,
    message: "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
  };
}
