/** Labels, annotations and label selectors (k8s.io/apimachinery/pkg/apis/meta/v1/validation). */
import type { FieldSelectorRequirement, LabelSelector, LabelSelectorRequirement } from "../generated/meta.v1.ts";
import { structOf } from "../schema/table.ts";
import { utf8Length } from "./encoding/utf8.ts";
import { checkImmutable, sortedMap } from "./field-checks.ts";
import { type FieldError, forbidden, invalid, invalidTyped, required, tooLong } from "./field-error.ts";
import { canonicalJson } from "./json/json-canonical.ts";
import { labelValue, qualifiedName } from "./names.ts";

const MAX_ANNOTATIONS_BYTES = 256 * 1024;

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    for (const problem of qualifiedName(key)) errors.push(invalid(path, key, problem));
    for (const problem of labelValue(labels[key] ?? "")) errors.push(invalid(path, labels[key], problem));
  }
  return errors;
}

export const validateLabelName = (name: string, path: string): FieldError[] =>
  qualifiedName(name).map((problem) => invalid(path, name, problem));

/** Keys like those of labels, but in any case; values are free, and at most 256 KiB in total. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key in annotations) {
    for (const problem of qualifiedName(key.toLowerCase())) errors.push(invalid(path, key, problem));
    bytes += utf8Length(key) + utf8Length(annotations[key] ?? "");
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(path, MAX_ANNOTATIONS_BYTES));
  return errors;
}

interface RequirementOptions {
  /** For access reviews, which may come from newer clients. */
  readonly allowUnknownOperators?: boolean;
}

/** As Kubernetes prints it: fields in order without empty ones, labels sorted by key. */
export function printedLabelSelector(selector: LabelSelector | undefined): LabelSelector | undefined {
  if (!selector) return undefined;
  const printed: LabelSelector = canonicalJson(selector, structOf("meta.v1.LabelSelector"));
  const { matchLabels } = printed;
  return { ...printed, ...(matchLabels ? { matchLabels: sortedMap(matchLabels) ?? {} } : {}) };
}

/** {@link checkImmutable} for a selector, printed as in Kubernetes. */
export const checkImmutableSelector = (
  errors: FieldError[],
  path: string,
  { next, old }: { readonly next: LabelSelector | undefined; readonly old: LabelSelector | undefined },
): void => checkImmutable(errors, path, printedLabelSelector(next), printedLabelSelector(old));

export function validateLabelSelector(selector: LabelSelector | undefined, path: string): FieldError[] {
  if (!selector) return [];
  const errors = validateLabels(selector.matchLabels, `${path}.matchLabels`);
  selector.matchExpressions?.forEach((requirement, i) => {
    errors.push(...validateLabelRequirement(requirement, `${path}.matchExpressions[${i}]`));
  });
  return errors;
}

export function validateLabelRequirement(
  { key, operator, values = [] }: Partial<LabelSelectorRequirement>,
  path: string,
  options: RequirementOptions = {},
): FieldError[] {
  const errors = validateOperator({ operator, values }, path, options);
  errors.push(...validateLabelName(key ?? "", `${path}.key`));
  values.forEach((value, i) => {
    for (const problem of labelValue(value)) errors.push(invalid(`${path}.values[${i}]`, value, problem));
  });
  return errors;
}

/** For access reviews; other field selectors are text in a query. */
export function validateFieldRequirement(
  { key, operator, values = [] }: Partial<FieldSelectorRequirement>,
  path: string,
): FieldError[] {
  const problems = validateOperator({ operator, values }, path, { allowUnknownOperators: true });
  return key ? problems : [required(`${path}.key`, "must be specified"), ...problems];
}

function validateOperator(
  { operator, values }: { readonly operator: string | undefined; readonly values: readonly string[] },
  path: string,
  { allowUnknownOperators = false }: RequirementOptions,
): FieldError[] {
  if (operator === "In" || operator === "NotIn")
    return values.length > 0
      ? []
      : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  if (operator === "Exists" || operator === "DoesNotExist")
    return values.length === 0
      ? []
      : [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  return allowUnknownOperators
    ? []
    : [invalidTyped(`${path}.operator`, operator ?? "", "not a valid selector operator")];
}
