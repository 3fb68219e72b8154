/** Applies an ApplyConfiguration to an object (apiserver pkg/admission/plugin/policy/mutating/patch/smd.go). */
import { mergeTyped } from "../../../api/machinery/apply/merge-typed.ts";
import { formOf, type TypeView } from "../../../api/machinery/apply/type-view.ts";
import { typeErrors } from "../../../api/machinery/apply/validate-typed.ts";
import { toJson } from "../../../api/machinery/cel/values/to-json.ts";
import { isJsonObject, type JsonObject } from "../../../api/machinery/json/json-object.ts";
import { misplaced } from "./made-objects.ts";

/** Returns the object, or what is wrong with the configuration. */
export function applyConfiguration(made: unknown, live: JsonObject, view: TypeView | undefined): JsonObject | string {
  const json = toJson(made) as JsonObject;
  const names = misplaced(made);
  if (names !== "") return `type mismatch: ${names}`;
  const applied = { ...json, apiVersion: live.apiVersion, kind: live.kind };
  const untyped = "error applying patch: failed to convert patch object to typed object:";
  if (!view) return `${untyped} no corresponding type for ${live.apiVersion}, Kind=${live.kind}`;
  const errors = typeErrors(applied, view);
  if (errors !== "") return `${untyped} ${errors}`;
  const atomics = atomicsOf(applied, view);
  if (atomics.length > 0) {
    const which = atomics.join(", ");
    return `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${which}`;
  }
  return mergeTyped(live, applied, view) as JsonObject;
}

/**
 * Fields that can only be replaced whole, so that everything else in them would be lost. Members that no type declares
 * are not inspected.
 */
function atomicsOf(value: unknown, type: TypeView, path = ""): string[] {
  const form = formOf(type, value);
  if (form === "map" && type.map && isJsonObject(value)) {
    const { atomic, field } = type.map;
    const below = Object.entries(value).flatMap(([name, member]) => {
      const declared = field(name);
      return declared ? atomicsOf(member, declared.type, `${path}.${name}`) : [];
    });
    return atomic ? [path, ...below] : below;
  }
  if (form === "list" && type.list && Array.isArray(value)) {
    const { element, type: kind } = type.list;
    const below = value.flatMap((item, i) => atomicsOf(item, element, `${path}[${i}]`));
    return kind === "atomic" ? [path, ...below] : below;
  }
  return [];
}
