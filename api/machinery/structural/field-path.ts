/** Paths to fields of a schema: `.spec.color`, and where brackets are allowed `.spec['a.b']` (schema/cel, ValidFieldPath). */
import type { JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { additionalOf } from "./json-schema.ts";

export type FoundField =
  | {
      readonly names: string[];
      /** As errors name it: members after a dot, keys of maps in brackets. */
      readonly path: string;
      readonly schema: JSONSchemaProps;
    }
  | { readonly problem: string };

const NOWHERE = { problem: "does not refer to a valid field" };

export function followFieldPath(
  path: string,
  root: JSONSchemaProps,
  { brackets }: { readonly brackets: boolean } = { brackets: false },
): FoundField {
  const tokens = path.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+/g) ?? [];
  const names: string[] = [];
  let printed = "";
  let schema = root;
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i++] ?? "";
    let name = tokens[i++];
    if (token === "[") {
      if (!brackets) return { problem: "array notation is not allowed" };
      if (name === undefined) return { problem: "unexpected end of JSON path" };
      if (!/^'.*'$/s.test(name)) return { problem: `expected single quoted string but got ${name}` };
      if (tokens[i++] !== "]") return { problem: "expected ]" };
      name = name.slice(1, -1).replaceAll("\\'", "'");
    } else if (token !== ".") return { problem: `expected [ or . but got: ${token}` };
    if (name === undefined) return { problem: "unexpected end of JSON path" };
    const isMember = schema.properties !== undefined;
    const next = schema.properties ? schema.properties[name] : additionalOf(schema);
    if (!next) return NOWHERE;
    names.push(name);
    printed += isMember ? `${printed === "" ? "" : "."}${name}` : `[${name}]`;
    schema = next;
  }
  return { names, path: printed, schema };
}
