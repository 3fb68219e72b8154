/** ValidatingAdmissionPolicy (apiserver pkg/admission/plugin/policy/validating). */
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "../../../api/generated/admissionregistration.v1.ts";
import { ApiError } from "../../api-error.ts";
import { noteAnnotation } from "../../audit/audited-request.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { CompiledPolicy } from "./compiled-policy.ts";
import { evaluatePolicy, type Failure } from "./evaluate-policy.ts";
import { isBeyondPolicies, matchedRules, matchesSelectors, namespaceOf } from "./match-resources.ts";
import { PolicyAnnotations } from "./policy-annotations.ts";
import { paramKindProblem, paramsOf } from "./policy-params.ts";
import { policyValues } from "./policy-values.ts";

interface Bound {
  readonly policy: ValidatingAdmissionPolicy;
  readonly bindings: readonly ValidatingAdmissionPolicyBinding[];
}

/** Policies without a binding do nothing. */
function boundPolicies(snapshot: PolicySnapshot): readonly Bound[] {
  const bindings = snapshot.list("validatingadmissionpolicybindings.admissionregistration.k8s.io");
  return snapshot
    .list("validatingadmissionpolicies.admissionregistration.k8s.io")
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

export const validatingPolicies: AdmissionPlugin = {
  name: "ValidatingAdmissionPolicy",
  handles: (request) => request.context.policy.derive(boundPolicies).length > 0 && !isBeyondPolicies(request),

  /** All policies are evaluated, and warn, before the first denial is thrown. */
  async validate(request) {
    const denials: Denial[] = [];
    for (const bound of request.context.policy.derive(boundPolicies)) denials.push(...(await decide(bound, request)));
    const [first] = denials;
    if (first) throw refusalOf(first, request);
  },
};

interface Denial {
  readonly policy: ValidatingAdmissionPolicy;
  /** Absent if the policy itself is at fault. */
  readonly binding?: ValidatingAdmissionPolicyBinding;
  readonly message: string;
  readonly reason?: string;
}

/** The denials by one policy. */
async function decide({ policy, bindings }: Bound, request: AdmissionRequest): Promise<readonly Denial[]> {
  const { spec } = policy;
  const at = matchedRules(spec.matchConstraints, request);
  if (!at || !(await matchesSelectors(spec.matchConstraints ?? {}, request))) return [];
  const failsClosed = spec.failurePolicy !== "Ignore";
  const problem = paramKindProblem(spec.paramKind, request);
  if (problem !== undefined) return failsClosed ? [{ policy, message: problem }] : [];
  const denials: Denial[] = [];
  const annotations = new PolicyAnnotations(policy);
  for (const binding of bindings) {
    const { matchResources } = binding.spec;
    if (matchResources && !(matchedRules(matchResources, request) && (await matchesSelectors(matchResources, request))))
      continue;
    const found = await paramsOf(spec.paramKind, binding.spec.paramRef, request);
    if (!found.ok) {
      // Regardless of the binding's actions: it cannot be evaluated.
      if (failsClosed) denials.push({ policy, binding, message: found.message });
      continue;
    }
    const namespace = await namespaceOf(request);
    const values = await Promise.all(found.params.map((params) => policyValues(request, { at, namespace, params })));
    for (const outcome of values.map((each) => evaluatePolicy(policy, compiledOf(policy), each))) {
      outcome.failures.forEach((failure, index) => {
        if (failure && act({ policy, binding, failure, index }, request)) denials.push({ policy, binding, ...failure });
      });
      for (const message of annotations.add(outcome.annotations)) denials.push({ policy, binding, message });
    }
  }
  annotations.publish(request);
  return denials;
}

interface Failed {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
  readonly failure: Failure;
  /** The index of the policy's validation. */
  readonly index: number;
}

const VALIDATION_FAILURE = "validation.policy.admission.k8s.io/validation_failure";

/** Carries out the binding's actions for a failure; returns whether the request is to be denied. */
function act({ policy, binding, failure, index }: Failed, { context }: AdmissionRequest): boolean {
  const { validationActions } = binding.spec;
  const names = { policy: policy.metadata.name, binding: binding.metadata.name };
  if (validationActions.includes("Audit")) {
    const annotation = { message: failure.message, ...names, expressionIndex: index, validationActions };
    noteAnnotation(context.request, VALIDATION_FAILURE, JSON.stringify([annotation]));
  }
  if (validationActions.includes("Warn")) {
    const who = `ValidatingAdmissionPolicy '${names.policy}' with binding '${names.binding}'`;
    context.warnings.push(`Validation failed for ${who}: ${failure.message}`);
  }
  return validationActions.includes("Deny");
}

const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

function refusalOf({ policy, binding, message: why, reason = "Invalid" }: Denial, request: AdmissionRequest): ApiError {
  const with_ = binding ? ` with binding '${binding.metadata.name}'` : "";
  const message = `ValidatingAdmissionPolicy '${policy.metadata.name}'${with_} denied request: ${why}`;
  const { status } = refusal(request, message);
  const details = { ...status.details, causes: [{ message }] };
  return new ApiError({ ...status, reason, code: CODES[reason] ?? 422, details });
}
