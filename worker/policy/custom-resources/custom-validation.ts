/** The rules of a custom kind (apiextensions-apiserver pkg/registry/customresource). */
import type { CustomResourceSubresourceScale } from "../../../api/generated/apiextensions.v1.ts";
import { type FieldError, invalid } from "../../../api/machinery/field-error.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { validateEmbedded } from "../../../api/machinery/structural/embedded.ts";
import { findJsonPath } from "../../../api/machinery/structural/json-path.ts";
import type { JsonMap, Schema } from "../../../api/machinery/structural/json-walk.ts";
import { duplicateItems } from "../../../api/machinery/structural/list-items.ts";
import { validateValue } from "../../../api/machinery/structural/validate.ts";

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: Schema;
  readonly scale: CustomResourceSubresourceScale | undefined;
}

const MAX_REPLICAS = 2 ** 31 - 1;

export class CustomValidation {
  readonly #kind: Kind;

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  create(object: KubeObject): FieldError[] {
    const { schema } = this.#kind;
    const value = object as unknown as JsonMap;
    return (
      this.#ofType(object) ?? [
        ...validateValue(value, schema),
        ...this.#scale(value, ["spec", "status"]),
        ...validateEmbedded(value, schema),
        ...duplicateItems(value, schema),
      ]
    );
  }

  update(next: KubeObject, old: KubeObject): FieldError[] {
    return this.#updated(next, old, ["spec", "status"]);
  }

  status(next: KubeObject, old: KubeObject): FieldError[] {
    return this.#updated(next, old, ["status"]);
  }

  #updated(next: KubeObject, old: KubeObject, parts: readonly ("spec" | "status")[]): FieldError[] {
    const { schema } = this.#kind;
    const [value, before] = [next as unknown as JsonMap, old as unknown as JsonMap];
    return (
      this.#ofType(next) ?? [
        ...validateValue(value, schema, before),
        ...this.#scale(value, parts),
        ...validateEmbedded(value, schema),
        ...(duplicateItems(before, schema).length > 0 ? [] : duplicateItems(value, schema)),
      ]
    );
  }

  #ofType({ kind, apiVersion }: KubeObject): FieldError[] | undefined {
    const expected = apiVersionOf(this.#kind.group, this.#kind.version);
    const errors: FieldError[] = [];
    if (kind !== this.#kind.kind) errors.push(invalid("kind", kind ?? "", `must be ${this.#kind.kind}`));
    if (apiVersion !== expected) errors.push(invalid("apiVersion", apiVersion ?? "", `must be ${expected}`));
    return errors.length > 0 ? errors : undefined;
  }

  #scale(object: JsonMap, parts: readonly ("spec" | "status")[]): FieldError[] {
    const { scale } = this.#kind;
    if (!scale) return [];
    const errors: FieldError[] = [];
    const replicas = (path: string) => {
      const [value = 0] = findJsonPath(path, object);
      if (typeof value !== "number") return;
      if (value < 0) errors.push(invalid(path, value, "should be a non-negative integer"));
      else if (value > MAX_REPLICAS)
        errors.push(invalid(path, value, `should be less than or equal to ${MAX_REPLICAS}`));
    };
    if (parts.includes("spec")) replicas(scale.specReplicasPath);
    replicas(scale.statusReplicasPath);
    return errors;
  }
}
