/** Validation of a custom kind (apiextensions-apiserver pkg/registry/customresource). */
import type { CustomResourceSubresourceScale } from "../../../api/generated/apiextensions.v1.ts";
import { hasRules } from "../../../api/machinery/cel/rules/rule-tree.ts";
import { validateRules } from "../../../api/machinery/cel/rules/validate-rules.ts";
import { type FieldError, invalid } from "../../../api/machinery/field-error.ts";
import { type JsonObject, membersOf } from "../../../api/machinery/json/json-object.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { validateEmbedded } from "../../../api/machinery/structural/embedded.ts";
import { propertyOf, type Schema } from "../../../api/machinery/structural/json-walk.ts";
import { duplicateItems } from "../../../api/machinery/structural/list-items.ts";
import { NOWHERE, validateValue } from "../../../api/machinery/structural/validate.ts";
import { scalarAt } from "./custom-scale.ts";

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: Schema;
  readonly scale: CustomResourceSubresourceScale | undefined;
}

const BLOCKING: ReadonlySet<FieldError["reason"]> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);
const NOT_CHECKED = invalid(
  NOWHERE,
  null,
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

const MAX_REPLICAS = 2 ** 31 - 1;

export class CustomValidation {
  readonly #kind: Kind;
  /** Keyed by the validated object. */
  readonly #ratcheted = new WeakMap<object, readonly string[]>();

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  /** Violations in an object that has been validated which are tolerated because those parts have not changed. */
  ratcheted(object: KubeObject): readonly string[] {
    return this.#ratcheted.get(object) ?? [];
  }

  create(object: KubeObject): FieldError[] {
    const { schema } = this.#kind;
    const value = membersOf(object);
    return (
      this.#ofType(object) ??
      this.#withRules(value, undefined, [
        ...validateValue(value, schema),
        ...this.#scale(value, ["spec", "status"]),
        ...validateEmbedded(value, schema),
        ...duplicateItems(value, schema),
      ])
    );
  }

  update(next: KubeObject, old: KubeObject): FieldError[] {
    const { schema } = this.#kind;
    const [value, before] = [membersOf(next), membersOf(old)];
    return (
      this.#ofType(next) ??
      this.#withRules(value, before, [
        ...validateValue(value, schema, before),
        ...this.#scale(value, ["spec", "status"]),
        ...validateEmbedded(value, schema),
        ...newDuplicates(value, before, schema),
      ])
    );
  }

  /** Through /status, only the status is validated; its path is in field names but not in messages. */
  status(next: KubeObject, old: KubeObject): FieldError[] {
    const { schema } = this.#kind;
    const [value, before] = [membersOf(next), membersOf(old)];
    return (
      this.#ofType(next) ??
      this.#withRules(value, before, [
        ...statusErrors(value.status, before.status, schema),
        ...this.#scale(value, ["status"]),
        ...newDuplicates(value, before, schema),
      ])
    );
  }

  /** Rules may rely on the types of what they see, so they only run on well-typed values. */
  #withRules(value: JsonObject, old: JsonObject | undefined, errors: FieldError[]): FieldError[] {
    const { schema } = this.#kind;
    if (!hasRules(schema)) return errors;
    if (errors.some(({ reason }) => BLOCKING.has(reason))) return [...errors, NOT_CHECKED];
    const found = validateRules(value, schema, old);
    if (found.ratcheted.length > 0) this.#ratcheted.set(value, found.ratcheted);
    return [...errors, ...found.errors];
  }

  #ofType({ kind, apiVersion }: KubeObject): FieldError[] | undefined {
    const expected = apiVersionOf(this.#kind.group, this.#kind.version);
    const errors: FieldError[] = [];
    if (kind !== this.#kind.kind) errors.push(invalid("kind", kind ?? "", `must be ${this.#kind.kind}`));
    if (apiVersion !== expected) errors.push(invalid("apiVersion", apiVersion ?? "", `must be ${expected}`));
    return errors.length > 0 ? errors : undefined;
  }

  #scale(object: JsonObject, parts: readonly ("spec" | "status")[]): FieldError[] {
    const { scale } = this.#kind;
    if (!scale) return [];
    const errors: FieldError[] = [];
    const replicas = (path: string) => {
      const found = scalarAt(path, object, "int64");
      if ("problem" in found) {
        errors.push(invalid(path, 0, found.problem));
        return;
      }
      const value = Number(found.value ?? 0);
      if (value < 0) errors.push(invalid(path, value, "should be a non-negative integer"));
      else if (value > MAX_REPLICAS)
        errors.push(invalid(path, value, `should be less than or equal to ${MAX_REPLICAS}`));
    };
    if (parts.includes("spec")) replicas(scale.specReplicasPath);
    replicas(scale.statusReplicasPath);
    const { labelSelectorPath } = scale;
    if (labelSelectorPath) {
      const found = scalarAt(labelSelectorPath, object, "string");
      if ("problem" in found) errors.push(invalid(labelSelectorPath, "", found.problem));
    }
    return errors;
  }
}

function statusErrors(status: unknown, before: unknown, schema: Schema): FieldError[] {
  const own = propertyOf(schema, "status");
  if (status === undefined || !own) return [];
  const within = (path: string) => (path === "" || path === NOWHERE ? "status" : `status.${path}`);
  return validateValue(status, own, before).map((error) => ({ ...error, path: within(error.path) }));
}

const newDuplicates = (value: JsonObject, before: JsonObject, schema: Schema): FieldError[] =>
  duplicateItems(before, schema).length > 0 ? [] : duplicateItems(value, schema);
