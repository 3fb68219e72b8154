/**
 * pkg/apis/admissionregistration/validation: admission policies. Checks the presence of expressions;
 * policy-expressions.ts checks whether they compile.
 */
import type {
  AuditAnnotation,
  MutatingAdmissionPolicy,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  Validation,
  Variable,
} from "../../generated/admissionregistration.v1.ts";
import { validateConditions } from "../../machinery/condition-validation.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { jsonPathProblem } from "../../machinery/json-path/find.ts";
import { dns1035Label, dnsSubdomain, qualifiedName } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { checkMatchConditions } from "./match-conditions.ts";
import { checkMatchResources, checkMutatingOperations } from "./match-resources-validation.ts";
import { PolicyExpressions } from "./policy-expressions.ts";
import { FAILURE_POLICIES, REINVOCATION_POLICIES } from "./webhook-validation.ts";

const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_AUDIT_EXPRESSION = 5 * 1024;
const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const EITHER = "validations or auditAnnotations must contain at least one item";

type CommonSpec = Pick<
  ValidatingAdmissionPolicySpec,
  "failurePolicy" | "paramKind" | "matchConstraints" | "matchConditions" | "variables"
>;

export function validateValidatingPolicy({ metadata: { name = "" }, spec }: ValidatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  const expressions = new PolicyExpressions(spec);
  checkCommon(errors, spec, { expressions, mutates: false });
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0)
    errors.push(required("spec.validations", EITHER), required("spec.auditAnnotations", EITHER));
  validations.forEach((validation, i) => {
    checkValidation(errors, `spec.validations[${i}]`, validation, expressions);
  });
  if (auditAnnotations.length > MAX_AUDIT_ANNOTATIONS)
    errors.push(
      invalid(
        "spec.auditAnnotations",
        auditAnnotations.map((annotation) => goStruct("admissionregistration.v1.AuditAnnotation", annotation)),
        `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`,
      ),
    );
  const again = repeated(auditAnnotations.map(({ key }) => key));
  auditAnnotations.forEach((annotation, i) => {
    const at = `spec.auditAnnotations[${i}]`;
    checkAuditAnnotation(errors, at, annotation, { policyName: name, expressions });
    if (again.has(i)) errors.push(duplicate(`spec.auditAnnotations[${i}].key`, annotation.key));
  });
  return errors;
}

export function validatePolicyStatus({ status = {} }: ValidatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  status.typeChecking?.expressionWarnings?.forEach(({ warning = "", fieldRef = "" }, i) => {
    const path = `status.typeChecking.expressionWarnings[${i}]`;
    if (warning === "") errors.push(required(`${path}.warning`));
    const reference = fieldRef.trim();
    const unreadable = jsonPathProblem(reference);
    if (reference === "") errors.push(required(`${path}.fieldRef`));
    else if (unreadable !== undefined)
      errors.push(invalid(`${path}.fieldRef`, reference, `invalid JSONPath: ${unreadable}`));
  });
  return [...errors, ...validateConditions(status.conditions, "status.conditions")];
}

export function validateMutatingPolicy({ spec }: MutatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  const expressions = new PolicyExpressions(spec, { constructs: true });
  checkCommon(errors, spec, { expressions, mutates: true });
  const { mutations = [], reinvocationPolicy } = spec;
  if (mutations.length === 0) errors.push(required("spec.mutations", "mutations must contain at least one item"));
  mutations.forEach((mutation, i) => {
    checkMutation(errors, `spec.mutations[${i}]`, mutation, expressions);
  });
  if (!reinvocationPolicy) errors.push(required("spec.reinvocationPolicy"));
  else if (!REINVOCATION_POLICIES.includes(reinvocationPolicy))
    errors.push(notSupported("spec.reinvocationPolicy", reinvocationPolicy, REINVOCATION_POLICIES));
  return errors;
}

function checkCommon(
  errors: FieldError[],
  spec: CommonSpec,
  { expressions, mutates }: { readonly expressions: PolicyExpressions; readonly mutates: boolean },
): void {
  const { failurePolicy, paramKind, matchConstraints, matchConditions, variables } = spec;
  if (failurePolicy === undefined) errors.push(required("spec.failurePolicy"));
  else if (!FAILURE_POLICIES.includes(failurePolicy))
    errors.push(notSupported("spec.failurePolicy", failurePolicy, FAILURE_POLICIES));
  if (paramKind) checkParamKind(errors, "spec.paramKind", paramKind);
  if (matchConstraints) {
    checkMatchResources(errors, "spec.matchConstraints", matchConstraints);
    if (!matchConstraints.resourceRules?.length) errors.push(required("spec.matchConstraints.resourceRules"));
    if (mutates) checkMutatingOperations(errors, "spec.matchConstraints", matchConstraints);
  } else errors.push(required("spec.matchConstraints"));
  checkMatchConditions(errors, "spec.matchConditions", matchConditions, expressions);
  variables?.forEach((variable, i) => {
    checkVariable(errors, `spec.variables[${i}]`, variable);
    expressions.declare(errors, `spec.variables[${i}]`, variable);
  });
}

function checkParamKind(errors: FieldError[], path: string, paramKind: ParamKind): void {
  const { apiVersion = "", kind = "" } = paramKind as { apiVersion?: string; kind?: string };
  if (apiVersion === "") errors.push(required(`${path}.apiVersion`));
  else {
    const parts = apiVersion.split("/");
    const [group = "", version = group] = parts;
    if (parts.length > 2)
      errors.push(invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
    else {
      const ofGroup = parts.length === 2 && group !== "" ? dnsSubdomain(group) : [];
      if (ofGroup.length > 0) errors.push(invalid(`${path}.apiVersion`, group, ofGroup.join(",")));
      const ofVersion = dns1035Label(version);
      if (version === "") errors.push(invalid(`${path}.apiVersion`, apiVersion, "version must be specified"));
      else if (ofVersion.length > 0) errors.push(invalid(`${path}.apiVersion`, version, ofVersion.join(",")));
    }
  }
  if (kind === "") {
    errors.push(required(`${path}.kind`));
    return;
  }
  const problems = dns1035Label(kind.toLowerCase());
  if (problems.length > 0)
    errors.push(
      invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${problems.join(",")}`),
    );
}

const RESERVED = new Set([
  "true",
  "false",
  "null",
  "in",
  "as",
  "break",
  "const",
  "continue",
  "else",
  "for",
  "function",
  "if",
  "import",
  "let",
  "loop",
  "package",
  "namespace",
  "return",
  "var",
  "void",
  "while",
]);

const isIdentifier = (name: string) => /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name);

function checkVariable(errors: FieldError[], path: string, { name = "", expression = "" }: Variable): void {
  if (name.trim() === "") errors.push(required(`${path}.name`, "name is not specified"));
  else if (!isIdentifier(name)) errors.push(invalid(`${path}.name`, name, "must be a valid CEL identifier"));
  if (expression.trim() === "") errors.push(required(`${path}.expression`, "expression is not specified"));
}

function checkValidation(
  errors: FieldError[],
  path: string,
  validation: Validation,
  expressions: PolicyExpressions,
): void {
  const { expression = "", message = "", messageExpression = "", reason } = validation;
  if (expression.trim() === "") errors.push(required(`${path}.expression`, "expression is not specified"));
  expressions.check(errors, `${path}.expression`, expression, { expected: ["bool"] });
  expressions.checkMessage(errors, `${path}.messageExpression`, messageExpression);
  if (messageExpression !== "" && messageExpression.trim() === "")
    errors.push(invalid(`${path}.messageExpression`, messageExpression, "must be non-empty if specified"));
  if (message !== "" && message.trim() === "")
    errors.push(invalid(`${path}.message`, message, "must be non-empty if specified"));
  else if (/[\n\r]/.test(message.trim()))
    errors.push(invalid(`${path}.message`, message, "must not contain line breaks"));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
}

function checkAuditAnnotation(
  errors: FieldError[],
  path: string,
  { key = "", valueExpression = "" }: AuditAnnotation,
  { policyName, expressions }: { readonly policyName: string; readonly expressions: PolicyExpressions },
): void {
  const full = `${policyName}/${key}`;
  if (policyName === "") errors.push(invalid(`${path}.key`, key, "requires metadata.name be non-empty"));
  else for (const problem of qualifiedName(full)) errors.push(invalid(`${path}.key`, full, problem));
  const at = `${path}.valueExpression`;
  const trimmed = valueExpression.trim();
  if (trimmed === "") errors.push(required(at, "valueExpression is not specified"));
  else if (utf8Length(trimmed) > MAX_AUDIT_EXPRESSION)
    errors.push(required(at, `must not exceed ${MAX_AUDIT_EXPRESSION} bytes in length`));
  else expressions.check(errors, at, trimmed, { expected: ["string", "null_type"], shown: valueExpression });
}

const PATCH_TYPES = ["ApplyConfiguration", "JSONPatch"];

function checkMutation(errors: FieldError[], path: string, mutation: Mutation, expressions: PolicyExpressions): void {
  const { patchType = "", applyConfiguration, jsonPatch } = mutation;
  if (patchType === "") {
    errors.push(required(`${path}.patchType`));
    return;
  }
  if (patchType === "ApplyConfiguration") {
    if (!applyConfiguration)
      errors.push(required(`${path}.applyConfiguration`, "must be specified when patchType is ApplyConfiguration"));
    else if (!applyConfiguration.expression?.trim()) errors.push(required(`${path}.applyConfiguration.expression`));
    else
      expressions.check(errors, `${path}.applyConfiguration.expression`, applyConfiguration.expression, {
        expected: ["Object"],
      });
    if (jsonPatch)
      errors.push(
        invalid(`${path}.jsonPatch`, "{jsonPatch}", "must not be specified when patchType is ApplyConfiguration"),
      );
  } else if (patchType === "JSONPatch") {
    if (!jsonPatch) errors.push(required(`${path}.jsonPatch`, "must be specified when patchType is JSONPatch"));
    else if (!jsonPatch.expression?.trim()) errors.push(required(`${path}.jsonPatch.expression`));
    else
      expressions.check(errors, `${path}.jsonPatch.expression`, jsonPatch.expression, {
        expected: ["list(JSONPatch)"],
      });
    if (applyConfiguration)
      errors.push(
        invalid(
          `${path}.applyConfiguration`,
          "{applyConfiguration}",
          "must not be specified when patchType is JSONPatch",
        ),
      );
  } else errors.push(notSupported(`${path}.patchType`, patchType, PATCH_TYPES));
}
