/** Applies an ApplyConfiguration to an object (apiserver pkg/admission/plugin/policy/mutating/patch/smd.go). */
import { mergeTyped } from "../../../api/machinery/apply/merge-typed.ts";
import { formOf, memberType, type TypeView } from "../../../api/machinery/apply/type-view.ts";
import { typeErrors } from "../../../api/machinery/apply/validate-typed.ts";
import { toJson } from "../../../api/machinery/cel/values/to-json.ts";
import { isJsonObject, type JsonObject } from "../../../api/machinery/json/json-object.ts";
import { misplacedProblem } from "./made-objects.ts";

/** Returns the object, or what is wrong with the configuration. */
export function applyConfiguration(made: unknown, live: JsonObject, view: TypeView | undefined): JsonObject | string {
  const json = toJson(made) as JsonObject;
  const names = misplacedProblem(made);
  if (names !== "") return `type mismatch: ${names}`;
  const applied = { ...json, apiVersion: live.apiVersion, kind: live.kind };
  const untyped = "error applying patch: failed to convert patch object to typed object:";
  if (!view) return `${untyped} no corresponding type for ${live.apiVersion}, Kind=${live.kind}`;
  const nulls = nullsOf(applied, view);
  if (nulls.length > 0) return `${untyped} ${nulls.length > 1 ? `errors:\n  ${nulls.join("\n  ")}` : nulls[0]}`;
  const errors = typeErrors(applied, view);
  if (errors !== "") return `${untyped} ${errors}`;
  const atomics = atomicsOf(applied, view);
  if (atomics.length > 0) {
    const which = atomics.join(", ");
    return `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${which}`;
  }
  return mergeTyped(live, applied, view) as JsonObject;
}

/** A null made by an expression fits no type: it removes nothing, as it would in a patch. */
function nullsOf(value: unknown, type: TypeView, path = ""): string[] {
  if (value === null) return [`${path}: expected ${expectedInsteadOfNull(type)}`];
  const form = formOf(type, value);
  const { map } = type;
  if (form === "map" && map && isJsonObject(value))
    return Object.entries(value).flatMap(([name, member]) => {
      const declared = memberType(map, name);
      return declared ? nullsOf(member, declared, `${path}.${name}`) : [];
    });
  if (form !== "list" || !type.list || !Array.isArray(value)) return [];
  const { element } = type.list;
  return value.flatMap((item, i) => nullsOf(item, element, `${path}[${i}]`));
}

function expectedInsteadOfNull({ map, list, scalar }: TypeView): string {
  const printed = "got &{NULL_VALUE}";
  if (map) return `map, ${printed}`;
  if (list) return `list, ${printed}`;
  if (scalar === "string") return "string, got &value.valueUnstructured{Value:0}";
  if (scalar === "numeric") return "numeric (int or float), got structpb.NullValue";
  return `${scalar === "boolean" ? "boolean" : "any scalar"}, ${printed}`;
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
