// Writes api/generated/*.ts, the TypeScript types of every built-in kind, from the schema table. Not committed: `npm
// ci` runs it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseTypes, root, sources } from "./schema-table.mjs";

const wire = {
  string: "string",
  bool: "boolean",
  int32: "number",
  int64: "number",
  double: "number",
  bytes: "string",
  Time: "string",
  MicroTime: "string",
  Duration: "string",
  Quantity: "string | number",
  IntOrString: "number | string",
  RawExtension: "unknown",
  FieldsV1: "Record<string, unknown>",
  JSON: "unknown",
  JSONSchemaPropsOrBool: "unknown",
  JSONSchemaPropsOrArray: "unknown",
  JSONSchemaPropsOrStringArray: "unknown",
  StringList: "string[]",
};
const moduleOf = (name) => name.slice(0, name.lastIndexOf("."));
const local = (name) => name.slice(name.lastIndexOf(".") + 1);
const alias = (module) => module.replace(/\.(.)/g, (_, c) => c.toUpperCase());

mkdirSync(`${root}api/generated`, { recursive: true });
for (const source of sources) {
  const imports = new Set();
  const typeName = (type) => {
    if (wire[type]) return wire[type];
    if (moduleOf(type) === source.name) return local(type);
    imports.add(moduleOf(type));
    return `${alias(moduleOf(type))}.${local(type)}`;
  };
  const fieldType = ({ type, shape }) => {
    const one = typeName(type);
    return shape === "list"
      ? `${one.includes("|") ? `(${one})` : one}[]`
      : shape === "map"
        ? `Record<string, ${one}>`
        : one;
  };
  const bodies = parseTypes(source).map((struct) => {
    const embedded = struct.fields.filter((f) => f.name === "...").map((f) => typeName(f.type));
    const always = (f) =>
      struct.kind && ["metadata", "spec", "status"].includes(f.name) && !f.type.endsWith("ListMeta");
    const fields = struct.fields
      .filter((f) => f.name !== "...")
      .map((f) => {
        const name = /^\w+$/.test(f.name) ? f.name : JSON.stringify(f.name);
        return `  ${name}${f.required || always(f) ? "" : "?"}: ${fieldType(f)};`;
      });
    const head = struct.kind ? ["  apiVersion?: string;", "  kind?: string;"] : [];
    const list = struct.kind
      ? `\nexport interface ${local(struct.name)}List {\n  apiVersion?: string;\n  kind?: string;\n  metadata: ${typeName("meta.v1.ListMeta")};\n  items: ${local(struct.name)}[];\n}`
      : "";
    return `export interface ${local(struct.name)}${embedded.length ? ` extends ${embedded.join(", ")}` : ""} {\n${[...head, ...fields].join("\n")}\n}${list}`;
  });
  const head = [...imports].sort().map((module) => `import type * as ${alias(module)} from "./${module}.ts";`);
  const text = `// Generated from api/schema by scripts/generate-types.mjs.\n${head.join("\n")}\n\n${bodies.join("\n\n")}\n`;
  const file = `${root}api/generated/${source.name}.ts`;
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
