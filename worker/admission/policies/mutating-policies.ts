/** MutatingAdmissionPolicy (apiserver pkg/admission/plugin/policy/mutating). */
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
} from "../../../api/generated/admissionregistration.v1.ts";
import { structView } from "../../../api/machinery/apply/struct-view.ts";
import type { TypeView } from "../../../api/machinery/apply/type-view.ts";
import { toStrictJson } from "../../../api/machinery/cel/values/to-json.ts";
import { CelError, isCelMap } from "../../../api/machinery/cel/values/values.ts";
import { type JsonObject, membersOf } from "../../../api/machinery/json/json-object.ts";
import { type KubeObject, parseApiVersion } from "../../../api/machinery/meta.ts";
import { applyJsonPatch, isFailedTest } from "../../../api/machinery/patch/json-patch.ts";
import { internalError } from "../../../api/machinery/status.ts";
import { structOfKind } from "../../../api/schema/table.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { admittedObject, draftOfAdmitted } from "../admitted-version.ts";
import { ownedKind } from "../managed-fields.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { applyConfiguration } from "./apply-configuration.ts";
import { CompiledPolicy, type PolicyRun } from "./compiled-policy.ts";
import { misplacedProblem } from "./made-objects.ts";
import { isBeyondPolicies, matchedRules, matchesSelectors, namespaceOf } from "./match-resources.ts";
import { paramKindProblem, paramsOf } from "./policy-params.ts";
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
    request.object !== undefined &&
    request.context.policy.derive(boundPolicies).length > 0 &&
    !isBeyondPolicies(request),

  async invoke(request) {
    const { changed, reinvoked } = await mutateAll(request, await invocationsOf(request));
    return { changed, again: async () => void (await mutateAll(request, { invocations: reinvoked, denials: [] })) };
  },
};

/** A policy with one binding and one set of parameters. */
interface Invocation extends Bound {
  /** The version that the policy's rules name. */
  readonly at: Served;
  readonly params: KubeObject | undefined;
}

interface Denial {
  readonly message: string;
  readonly reason?: "Invalid";
}

interface Invocations {
  readonly invocations: readonly Invocation[];
  /** Policies and bindings that cannot be evaluated. */
  readonly denials: readonly Denial[];
}

async function invocationsOf(request: AdmissionRequest): Promise<Invocations> {
  const invocations: Invocation[] = [];
  const denials: Denial[] = [];
  for (const { policy, binding } of request.context.policy.derive(boundPolicies)) {
    const { spec } = policy;
    const { matchResources, paramRef } = binding.spec;
    const at = matchedRules(spec.matchConstraints, request);
    if (!at || !(await matchesSelectors(spec.matchConstraints ?? {}, request))) continue;
    const failsClosed = spec.failurePolicy !== "Ignore";
    const problem = paramKindProblem(spec.paramKind, request);
    if (problem !== undefined) {
      const message = `policy ${JSON.stringify(policy.metadata.name)} denied request: ${problem}`;
      if (failsClosed && denials.every((denial) => denial.message !== message)) denials.push({ message });
      continue;
    }
    if (matchResources && !(matchedRules(matchResources, request) && (await matchesSelectors(matchResources, request))))
      continue;
    const found = await paramsOf(spec.paramKind, paramRef, request);
    if (found.ok) for (const params of found.params) invocations.push({ policy, binding, at, params });
    else if (failsClosed) denials.push({ message: deniedBy({ policy, binding }, found.message) });
  }
  return { invocations, denials };
}

/** All are evaluated, even after one that failed; the first failure is the answer. */
async function mutateAll(
  request: AdmissionRequest,
  { invocations, denials }: Invocations,
): Promise<{ readonly changed: boolean; readonly reinvoked: readonly Invocation[] }> {
  const failed: Denial[] = [...denials];
  const reinvoked: Invocation[] = [];
  let changed = false;
  for (const invocation of invocations) {
    const { policy } = invocation;
    const outcome = await invoke(invocation, request);
    if (!outcome) continue;
    changed ||= outcome.changed;
    if (policy.spec.failurePolicy !== "Ignore")
      for (const why of outcome.problems) failed.push({ message: deniedBy(invocation, why), reason: "Invalid" });
    if (policy.spec.reinvocationPolicy === "IfNeeded") reinvoked.push(invocation);
  }
  if (failed.length > 0) throw refusalOf(failed, request);
  return { changed, reinvoked };
}

interface Outcome {
  readonly changed: boolean;
  readonly problems: readonly string[];
}

/** Undefined if the policy's conditions exclude the request. */
async function invoke(invocation: Invocation, request: AdmissionRequest): Promise<Outcome | undefined> {
  const { policy, at, params } = invocation;
  const draft = request.object;
  if (!draft) return undefined;
  const namespace = await namespaceOf(request);
  const compiled = compiledOf(policy);
  const matched = compiled.matches(await policyValues(request, { at, namespace, params }));
  if (!matched.ok) return { changed: false, problems: [matched.message] };
  if (!matched.matches) return undefined;
  const problems: string[] = [];
  let changed = false;
  for (const mutation of policy.spec.mutations ?? []) {
    const run = compiled.run(await policyValues(request, { at, namespace, params }));
    const result = await applyMutation(mutation, { run, request, draft, at });
    if (typeof result === "string") problems.push(result);
    else changed = replaceDraft(draft, result) || changed;
  }
  return { changed, problems };
}

interface Running {
  readonly run: PolicyRun;
  readonly request: AdmissionRequest;
  readonly draft: KubeObject;
  readonly at: Served;
}

/** The object after one mutation, or what is wrong with the mutation. */
async function applyMutation(
  { patchType, jsonPatch, applyConfiguration: configuration }: Mutation,
  { run, request, draft, at }: Running,
): Promise<KubeObject | string> {
  const result = run.evaluate((patchType === "JSONPatch" ? jsonPatch : configuration)?.expression ?? "");
  if (!result.ok) return result.message;
  const before = membersOf(await admittedObject(request, draft, at));
  const after = orProblem(() =>
    patchType === "JSONPatch"
      ? patched(before, result.value)
      : applyConfiguration(result.value, before, viewOf(before, at)),
  );
  if (typeof after === "string") return after;
  const next = await draftOfAdmitted(request, after, at);
  if (!next.ok) throw new ApiError(internalError(next.message));
  if (next.unknown?.length && patchType === "JSONPatch")
    throw new ApiError(internalError(`strict decoding error: ${next.unknown.join(", ")}`));
  return next.draft;
}

/** Kubernetes looks for the type among those of the object's own group: an Eviction or a Scale has none there. */
function viewOf({ apiVersion, kind }: JsonObject, { resource, group, version }: Served): TypeView | undefined {
  if (kind === resource.kind) return ownedKind({ ...resource, group, version }, "").view;
  if (parseApiVersion(String(apiVersion)).group !== group) return undefined;
  const struct = structOfKind(String(apiVersion), String(kind));
  return struct && structView(struct);
}

/** What an expression creates may have no JSON representation. */
function orProblem(make: () => JsonObject | string): JsonObject | string {
  try {
    return make();
  } catch (problem) {
    if (problem instanceof CelError) return problem.message;
    throw problem;
  }
}

function patched(before: JsonObject, operations: unknown): JsonObject | string {
  const patch: JsonObject[] = [];
  for (const operation of Array.isArray(operations) ? (operations as unknown[]) : []) {
    if (!isCelMap(operation)) continue;
    const names = misplacedProblem(operation.get("value"));
    if (names !== "") return `type mismatch: ${names}`;
    const value = patchValue(operation.get("value"));
    if (typeof value === "string") return value;
    // What an expression leaves out is empty, and a value null.
    const [op = "", path = "", from] = ["op", "path", "from"].map((name) => operation.get(name));
    patch.push({ op, path, ...(from === undefined ? {} : { from }), ...value });
  }
  const result = applyJsonPatch(structuredClone(before), patch, "Ignore");
  if (result.ok) return result.object;
  // A test in the patch acts as a condition: if it fails, nothing is changed.
  return isFailedTest(result) ? before : `JSON Patch: ${result.detail ?? result.message}`;
}

function patchValue(made: unknown): { readonly value: unknown } | string {
  try {
    return { value: made === undefined ? null : toStrictJson(made) };
  } catch (problem) {
    if (!(problem instanceof CelError)) throw problem;
    return `JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${problem.message}`;
  }
}

const deniedBy = ({ policy, binding }: Bound, why: string) =>
  `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${why}`;

/** Kubernetes overwrites the message of a 403 with its own, and keeps the code. */
function refusalOf(denials: readonly Denial[], request: AdmissionRequest): ApiError {
  const [first] = denials;
  const { status } = refusal(request, "admission request denied by policy");
  return new ApiError({
    ...status,
    message: first?.message ?? "",
    ...(first?.reason ? { reason: first.reason } : {}),
    details: { ...status.details, causes: denials.map(({ message }) => ({ message })) },
  });
}
