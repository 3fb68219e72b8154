import { isWholeNumber } from "../json/exact-json.ts";

/** A JSON value as Go prints it with %v: shown in errors of strategic merges. */
export function printGo(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(printGo).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([key, member]) => `${key}:${printGo(member)}`).join(" ")}]`;
}

/** The same for `%s`, where a text is expected: other values are marked. */
export function printGoText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "bigint":
    case "number":
      return `%!s(${isWholeNumber(value) ? "int64" : "float64"}=${value})`;
    case "boolean":
      return `%!s(bool=${value})`;
    default:
      return value === null ? "%!s(<nil>)" : printGo(value);
  }
}
