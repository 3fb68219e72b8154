/** ValidatingAdmissionPolicy (apiserver pkg/admission/plugin/policy/validating). */
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
} from "../../../api/generated/admissionregistration.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { forbidden } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { noteAnnotation } from "../../audit/audited-request.ts";
import type { Served } from "../../kind-registry.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { CompiledPolicy, type PolicyRun } from "./compiled-policy.ts";
import { isExempt, matchedRules, matchesSelectors, namespaceOf } from "./match-resources.ts";
import { paramsOf } from "./policy-params.ts";
import { policyValues } from "./policy-values.ts";

interface Bound {
  readonly policy: ValidatingAdmissionPolicy;
  readonly bindings: readonly ValidatingAdmissionPolicyBinding[];
}

/** Policies without a binding do nothing. */
function boundPolicies(snapshot: PolicySnapshot): readonly Bound[] {
  const bindings = snapshot.list<ValidatingAdmissionPolicyBinding>(
    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
  );
  return snapshot
    .list<ValidatingAdmissionPolicy>("validatingadmissionpolicies.admissionregistration.k8s.io")
    .map((policy) => ({ policy, bindings: bindings.filter(({ spec }) => spec.policyName === policy.metadata.name) }))
    .filter((bound) => bound.bindings.length > 0)
    .toSorted((a, b) => ((a.policy.metadata.name ?? "") < (b.policy.metadata.name ?? "") ? -1 : 1));
}

const compiled = new WeakMap<ValidatingAdmissionPolicy, CompiledPolicy>();

function compiledOf(policy: ValidatingAdmissionPolicy): CompiledPolicy {
  const known = compiled.get(policy) ?? new CompiledPolicy(policy.spec);
  compiled.set(policy, known);
  return known;
}

interface Denial {
  readonly message: string;
  readonly reason?: string;
}

export const validatingPolicies: AdmissionPlugin = {
  name: "ValidatingAdmissionPolicy",
  handles: (request) => request.context.policy.derive(boundPolicies).length > 0 && !isExempt(request),

  async validate(request) {
    for (const { policy, bindings } of request.context.policy.derive(boundPolicies)) {
      const { matchConstraints } = policy.spec;
      const at = matchedRules(matchConstraints, request);
      if (!at) continue;
      if (!(await matchesSelectors(matchConstraints ?? {}, request))) continue;
      for (const binding of bindings) {
        const { matchResources } = binding.spec;
        if (
          matchResources &&
          !(matchedRules(matchResources, request) && (await matchesSelectors(matchResources, request)))
        )
          continue;
        for (const denial of await decide({ policy, binding, at }, request))
          enforce(policy, binding, { request, denial });
      }
    }
  },
};

interface Matched {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
  /** The version that the policy's rules name. */
  readonly at: Served;
}

async function decide(matching: Matched, request: AdmissionRequest): Promise<readonly Denial[]> {
  const { policy, binding, at } = matching;
  const { spec } = policy;
  const failed = (message: string): Denial[] => (spec.failurePolicy === "Ignore" ? [] : [{ message }]);
  const found = await paramsOf(spec.paramKind, binding.spec.paramRef, request);
  if (!found.ok) return failed(found.message);
  const namespace = await namespaceOf(request);
  const values = await Promise.all(found.params.map((params) => policyValues(request, { at, namespace, params })));
  return values.flatMap((each) => {
    const run = compiledOf(policy).run(each);
    const matched = run.matches();
    if (!matched.ok) return failed(matched.message);
    if (!matched.matches) return [];
    noteAuditAnnotations(matching, run, request);
    return (spec.validations ?? []).flatMap((validation) => {
      const result = run.evaluate(validation.expression);
      if (!result.ok) return failed(result.message);
      return result.value === true ? [] : [denialOf(validation, run)];
    });
  });
}

const MAX_MESSAGE_BYTES = 5 * 1024;

function denialOf({ expression, message, messageExpression, reason }: Validation, run: PolicyRun): Denial {
  const result = messageExpression ? run.evaluate(messageExpression) : undefined;
  const text = result?.ok && typeof result.value === "string" ? result.value.trim() : "";
  const isFit = text !== "" && !text.includes("\n") && text.length <= MAX_MESSAGE_BYTES;
  const told = isFit ? text : message ? message.trim() : `failed expression: ${expression.trim()}`;
  return { message: told, ...(reason ? { reason } : {}) };
}

const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

/** For the audit log, warns, and denies, in this order. */
function enforce(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  { request, denial }: { request: AdmissionRequest; denial: Denial },
): void {
  const { context, name } = request;
  const actions = binding.spec.validationActions;
  const who = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  if (actions.includes("Audit")) noteFailure(policy, binding, { request, denial });
  if (actions.includes("Warn")) context.warnings.push(`Validation failed for ${who}: ${denial.message}`);
  if (!actions.includes("Deny")) return;
  const message = `${who} denied request: ${denial.message}`;
  const { reason = "Invalid" } = denial;
  const { group, resource } = context.served;
  const status = forbidden({ group, resource: resource.plural }, name || nameOf(request.object), message);
  throw new ApiError({
    ...status,
    reason,
    code: CODES[reason] ?? 422,
    details: { ...status.details, causes: [{ message }] },
  });
}

const VALIDATION_FAILURE = "validation.policy.admission.k8s.io/validation_failure";

function noteFailure(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  { request, denial }: { request: AdmissionRequest; denial: Denial },
): void {
  const failure = {
    message: denial.message,
    policy: policy.metadata.name,
    binding: binding.metadata.name,
    validationActions: binding.spec.validationActions,
  };
  noteAnnotation(request.context.request, VALIDATION_FAILURE, JSON.stringify([failure]));
}

/** What a policy wants the audit log to hold, failed or not. */
function noteAuditAnnotations({ policy }: Matched, run: PolicyRun, { context }: AdmissionRequest): void {
  for (const { key, valueExpression } of policy.spec.auditAnnotations ?? []) {
    const result = run.evaluate(valueExpression);
    if (result.ok && typeof result.value === "string" && result.value !== "")
      noteAnnotation(context.request, `${policy.metadata.name}/${key}`, result.value);
  }
}

const nameOf = (object: KubeObject | undefined) => object?.metadata.name ?? "";
