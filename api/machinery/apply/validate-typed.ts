/** Whether a value fits its type, in the words of server-side apply. */
import { exactJson, isWholeNumber } from "../json/exact-json.ts";
import { isJsonObject } from "../json/json-object.ts";
import { printGo } from "../patch/print-go.ts";
import { itemElement } from "./list-item.ts";
import { printElement } from "./path-element.ts";
import { formOf, type ListView, type MapView, memberType, type TypeView } from "./type-view.ts";

/** Empty, or one text: a single problem as it is, several under the heading `errors:`. */
export function typeErrors(value: unknown, type: TypeView): string {
  const errors = check(value, type).map(({ path, text }) => (path === "" ? text : `${path}: ${text}`));
  return errors.length > 1 ? `errors:\n  ${errors.join("\n  ")}` : (errors[0] ?? "");
}

interface TypeError {
  readonly path: string;
  readonly text: string;
}

function check(value: unknown, type: TypeView): TypeError[] {
  const form = formOf(type, value);
  if (form === "map" && type.map) return checkMap(value, type.map);
  if (form === "list" && type.list) return checkList(value, type.list);
  const text = scalarProblem(value, type.scalar);
  return text ? [{ path: "", text }] : [];
}

function scalarProblem(value: unknown, scalar: TypeView["scalar"]): string | undefined {
  if (value === null) return undefined;
  switch (scalar) {
    case "numeric":
      return typeof value === "number" || typeof value === "bigint"
        ? undefined
        : `expected numeric (int or float), got ${goType(value)}`;
    case "string":
      return typeof value === "string"
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected boolean, got &{${printGo(value)}}`;
    default:
      return typeof value === "object" ? `expected any scalar, got &{${printGo(value)}}` : undefined;
  }
}

const underPath = (path: string, errors: TypeError[]): TypeError[] =>
  errors.map((error) => ({ ...error, path: path + error.path }));

function checkMap(value: unknown, map: MapView): TypeError[] {
  if (value === null) return [];
  if (!isJsonObject(value)) return [{ path: "", text: `expected map, got &{${printGo(value)}}` }];
  const errors: TypeError[] = [];
  for (const name in value) {
    const type = memberType(map, name);
    // Kubernetes stops at the first unknown member.
    if (!type) return [...errors, { path: `.${name}`, text: "field not declared in schema" }];
    errors.push(...underPath(`.${name}`, check(value[name], type)));
  }
  return errors;
}

function checkList(value: unknown, list: ListView): TypeError[] {
  if (value === null) return [];
  if (!Array.isArray(value)) return [{ path: "", text: `expected list, got &{${printGo(value)}}` }];
  const errors: TypeError[] = [];
  const seen = new Set<string>();
  for (const [i, item] of (value as unknown[]).entries()) {
    let element = `i:${i}`;
    if (list.type !== "atomic") {
      const named = itemElement(list, item);
      if ("problem" in named) return [...errors, { path: "", text: `element ${i}: ${named.problem}` }];
      element = named.element;
      if (seen.has(element)) errors.push({ path: "", text: `duplicate entries for key ${printElement(element)}` });
      seen.add(element);
    }
    errors.push(...underPath(printElement(element), check(item, list.element)));
  }
  return errors;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (isJsonObject(value)) return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  if (isWholeNumber(value)) return "int64";
  return typeof value === "number" ? "float64" : "string";
}

/** Go's %#v. */
function goSyntax(value: unknown): string {
  if (value === null) return "interface {}(nil)";
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (!isJsonObject(value)) return exactJson(value);
  const members = Object.keys(value).sort();
  return `map[string]interface {}{${members.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(", ")}}`;
}
