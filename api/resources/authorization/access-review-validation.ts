/** pkg/apis/authorization/validation: what an access review must and must not contain. */
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from "../../generated/authorization.v1.ts";
import type { ObjectMeta } from "../../generated/meta.v1.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { canonicalJson } from "../../machinery/json/json-canonical.ts";
import { validateFieldRequirement, validateLabelRequirement } from "../../machinery/labels-validation.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { structOf } from "../../schema/table.ts";

type Attributes = Pick<SubjectAccessReviewSpec, "resourceAttributes" | "nonResourceAttributes">;

const NON_RESOURCE = "spec.nonResourceAttributes";

/** Exactly one of resource attributes and non-resource attributes. */
function checkAttributes(errors: FieldError[], spec: Attributes): void {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes && nonResourceAttributes)
    errors.push(
      invalid(
        NON_RESOURCE,
        goStruct("authorization.v1.NonResourceAttributes", nonResourceAttributes),
        "cannot be specified in combination with resourceAttributes",
      ),
    );
  if (!resourceAttributes && !nonResourceAttributes)
    errors.push(
      invalid(
        "spec.resourceAttributes",
        null,
        "exactly one of nonResourceAttributes or resourceAttributes must be specified",
      ),
    );
}

/** Unknown operators are accepted: a newer client may know them. */
function checkSelectors(errors: FieldError[], { resourceAttributes }: Attributes): void {
  checkSelector(errors, ["fieldSelector", resourceAttributes?.fieldSelector], validateFieldRequirement);
  checkSelector(errors, ["labelSelector", resourceAttributes?.labelSelector], (requirement, path) =>
    validateLabelRequirement(requirement, path, { allowUnknownOperators: true }),
  );
}

function checkSelector<T>(
  errors: FieldError[],
  [field, selector]: [string, { readonly rawSelector?: string; readonly requirements?: readonly T[] } | undefined],
  validate: (requirement: T, path: string) => FieldError[],
): void {
  if (!selector) return;
  const path = `spec.resourceAttributes.${field}`;
  const { rawSelector = "", requirements = [] } = selector;
  if (rawSelector !== "" && requirements.length > 0)
    errors.push(invalid(`${path}.rawSelector`, rawSelector, "may not specified at the same time as requirements"));
  if (rawSelector === "" && requirements.length === 0)
    errors.push(required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`));
  requirements.forEach((requirement, i) => {
    errors.push(...validate(requirement, `${path}.requirements[${i}]`));
  });
}

/** A review is about nothing that is stored, so it has no name and no labels. */
function checkMetadata(errors: FieldError[], metadata: ObjectMeta): void {
  if (hasOtherFields(metadata, ["managedFields"])) errors.push(invalid("metadata", printed(metadata), "must be empty"));
}

const hasOtherFields = (metadata: ObjectMeta, fields: readonly string[]): boolean =>
  Object.keys(metadata).some((field) => !fields.includes(field));

const printed = (metadata: ObjectMeta) => canonicalJson(metadata, structOf("meta.v1.ObjectMeta"));

function checkSubject(errors: FieldError[], spec: SubjectAccessReviewSpec): void {
  checkAttributes(errors, spec);
  if (!spec.user && !spec.groups?.length)
    errors.push(invalid("spec.user", spec.user ?? "", "at least one of user or group must be specified"));
  checkSelectors(errors, spec);
}

export function validateSubjectReview({ spec, metadata }: SubjectAccessReview): FieldError[] {
  const errors: FieldError[] = [];
  checkSubject(errors, spec);
  checkMetadata(errors, metadata);
  return errors;
}

/** Within one namespace there are only resources. */
export function validateLocalReview(review: LocalSubjectAccessReview): FieldError[] {
  const errors: FieldError[] = [];
  const { spec, metadata } = review;
  checkSubject(errors, spec);
  const { namespace: own = "" } = metadata;
  if (hasOtherFields(metadata, ["namespace", "managedFields"]))
    errors.push(invalid("metadata", printed(metadata), "must be empty except for namespace"));
  const { nonResourceAttributes, resourceAttributes } = spec;
  const { namespace = "" } = resourceAttributes ?? {};
  if (resourceAttributes && namespace !== own)
    errors.push(invalid("spec.resourceAttributes.namespace", namespace, "must match metadata.namespace"));
  if (nonResourceAttributes)
    errors.push(
      invalid(
        NON_RESOURCE,
        goStruct("authorization.v1.NonResourceAttributes", nonResourceAttributes),
        "disallowed on this kind of request",
      ),
    );
  return errors;
}

export function validateSelfReview({ spec, metadata }: SelfSubjectAccessReview): FieldError[] {
  const errors: FieldError[] = [];
  checkAttributes(errors, spec);
  checkSelectors(errors, spec);
  checkMetadata(errors, metadata);
  return errors;
}
