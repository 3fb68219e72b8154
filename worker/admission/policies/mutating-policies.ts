/** MutatingAdmissionPolicy (apiserver pkg/admission/plugin/policy/mutating). */
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
} from "../../../api/generated/admissionregistration.v1.ts";
import { mergeTyped } from "../../../api/machinery/apply/merge-typed.ts";
import { toJson } from "../../../api/machinery/cel/to-json.ts";
import { isCelMap } from "../../../api/machinery/cel/values.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { applyJsonPatch } from "../../../api/machinery/patch/json-patch.ts";
import type { JsonObject } from "../../../api/machinery/patch/patch-result.ts";
import { forbidden } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kind-registry.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { admittedObject, draftOfAdmitted } from "../admitted-version.ts";
import { ownedKind } from "../managed-fields.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { CompiledPolicy, type PolicyRun } from "./compiled-policy.ts";
import { isExempt, matchedRules, matchesSelectors, namespaceOf } from "./match-resources.ts";
import { paramsOf } from "./policy-params.ts";
import { policyValues } from "./policy-values.ts";
import { replaceDraft } from "./replace-draft.ts";

interface Bound {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding: MutatingAdmissionPolicyBinding;
}

function boundPolicies(snapshot: PolicySnapshot): readonly Bound[] {
  const bindings = snapshot.list<MutatingAdmissionPolicyBinding>(
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
  );
  return snapshot
    .list<MutatingAdmissionPolicy>("mutatingadmissionpolicies.admissionregistration.k8s.io")
    .flatMap((policy) =>
      bindings.filter(({ spec }) => spec.policyName === policy.metadata.name).map((binding) => ({ policy, binding })),
    )
    .toSorted((a, b) => ((a.policy.metadata.name ?? "") < (b.policy.metadata.name ?? "") ? -1 : 1));
}

const compiled = new WeakMap<MutatingAdmissionPolicy, CompiledPolicy>();

function compiledOf(policy: MutatingAdmissionPolicy): CompiledPolicy {
  const known = compiled.get(policy) ?? new CompiledPolicy(policy.spec, { constructs: true });
  compiled.set(policy, known);
  return known;
}

export const mutatingPolicies: AdmissionPlugin = {
  name: "MutatingAdmissionPolicy",
  handles: (request) =>
    request.object !== undefined && request.context.policy.derive(boundPolicies).length > 0 && !isExempt(request),

  async mutate(request) {
    const bound = request.context.policy.derive(boundPolicies);
    let changed = false;
    for (const each of bound) changed = (await invoke(each, request)) || changed;
    if (!changed) return;
    // Those that ask for it see what the others have made of the object.
    for (const each of bound) if (each.policy.spec.reinvocationPolicy === "IfNeeded") await invoke(each, request);
  },
};

/** Whether it changed the object. */
async function invoke({ policy, binding }: Bound, request: AdmissionRequest): Promise<boolean> {
  const { spec } = policy;
  const { matchResources, paramRef } = binding.spec;
  const at = matchedRules(spec.matchConstraints, request);
  if (!at) return false;
  for (const resources of [spec.matchConstraints, ...(matchResources ? [matchResources] : [])]) {
    if (!matchedRules(resources, request)) return false;
    if (!(await matchesSelectors(resources ?? {}, request))) return false;
  }
  const failed = (message: string) => {
    if (spec.failurePolicy !== "Ignore") throw refused({ policy, binding }, request, message);
  };
  const found = await paramsOf(spec.paramKind, paramRef, request);
  if (!found.ok) failed(found.message);
  const namespace = await namespaceOf(request);
  let changed = false;
  for (const params of found.ok ? found.params : []) {
    for (const mutation of spec.mutations ?? []) {
      const run = compiledOf(policy).run(await policyValues(request, { at, namespace, params }));
      const matched = run.matches();
      if (!matched.ok) failed(matched.message);
      if (!matched.ok || !matched.matches) break;
      const result = await mutate(mutation, { run, request, at });
      if (typeof result === "string") failed(result);
      else changed = replaceDraft(request, result) || changed;
    }
  }
  return changed;
}

interface Running {
  readonly run: PolicyRun;
  readonly request: AdmissionRequest;
  /** The version that the policy's rules name. */
  readonly at: Served;
}

/** The object after one mutation, or what is wrong with it. */
async function mutate(
  { patchType, jsonPatch, applyConfiguration }: Mutation,
  { run, request, at }: Running,
): Promise<KubeObject | string> {
  const expression = (patchType === "JSONPatch" ? jsonPatch : applyConfiguration)?.expression ?? "";
  const result = run.evaluate(expression);
  if (!result.ok) return result.message;
  const before = (await admittedObject(request, request.object, at)) as unknown as JsonObject;
  let after: JsonObject;
  if (patchType === "JSONPatch") {
    const patched = applyJsonPatch(structuredClone(before), toJson(result.value), "Ignore");
    if (!patched.ok) return `JSON Patch: ${patched.message}`;
    after = patched.object;
  } else {
    if (!isCelMap(result.value)) return `expression '${expression}' must evaluate to Object`;
    const { view } = ownedKind({ ...at.resource, group: at.group, version: at.version }, "");
    const applied = { apiVersion: before.apiVersion, kind: before.kind, ...(toJson(result.value) as JsonObject) };
    after = mergeTyped(before, applied, view) as JsonObject;
  }
  const next = await draftOfAdmitted(request, after, at);
  return next.ok ? next.draft : next.message;
}

function refused({ policy, binding }: Bound, { context, name }: AdmissionRequest, why: string): ApiError {
  const { group, resource } = context.served;
  const message = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${why}`;
  const status = forbidden({ group, resource: resource.plural }, name, message);
  return new ApiError({
    ...status,
    reason: "Invalid",
    code: 422,
    details: { ...status.details, causes: [{ message }] },
  });
}
