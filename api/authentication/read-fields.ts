/** Reads a configuration field by field, rejecting anything that would not have the intended effect. */

/** With the path of the field. */
export class Refusal extends Error {}

export function objectAt(value: unknown, path: string, fields: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal(`${path || "an authentication configuration"}: is an object`);
  for (const key of Object.keys(value)) {
    if (fields.includes(key)) continue;
    throw new Refusal(`${path === "" ? "" : `${path}.`}${key}: is not supported by this server`);
  }
  return value as Record<string, unknown>;
}

export function listAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal(`${path}: is a list`);
  return value;
}

/** An optional list. */
export const listOr = (value: unknown, path: string): readonly unknown[] =>
  value === undefined ? [] : listAt(value, path);

export function textAt(value: unknown, path: string, empty?: "may be empty"): string {
  if (typeof value !== "string" || (value === "" && !empty))
    throw new Refusal(`${path}: is a text${empty ? "" : ", not empty"}`);
  return value;
}

export function refuseDoubles(values: readonly string[], path: string): void {
  const double = values.find((value, i) => values.indexOf(value) !== i);
  if (double !== undefined) throw new Refusal(`${path}: ${JSON.stringify(double)} is there twice`);
}
