/**
 * The schema language: one line a type, one line a field.
 *
 *     DaemonSetSpec
 *       1 selector meta.v1.LabelSelector required
 *       2 template core.v1.PodTemplateSpec required
 *
 * A type line is `Name [kind] [atomic] [union=DISCRIMINATOR(field:Value,…)]`. A field line is `NUMBER NAME TYPE
 * [required] [always|omitempty] [omitzero] [list=map:KEYS|set|atomic] [map=atomic|granular]
 * [patch=STRATEGIES:KEY] [default=JSON] [go=TYPE] [enum=VALUE|…]`, where NUMBER is the protobuf field number, lines
 * stand in the order of Go's struct, which is JSON's, and TYPE is `[]T`, `map[]T`, `*T` or `T`. The name `...` embeds
 * the fields of its type in JSON while protobuf nests them. `kind` adds apiVersion and kind, and a List type.
 *
 * What Kubernetes answers for a field that is empty follows its Go declaration: a pointer (`*T`) tells unset from zero,
 * and a field is answered even when empty if it is required (else `always` says so; `omitempty` says the opposite of a
 * required one). `go` names the Go type where error texts would show another than TYPE's own. `enum` lists the values that
 * OpenAPI tells of, `_` for a space; what else is refused is validation's.
 */

/** One API group version's types, as written in `groups/`. */
export interface SchemaSource {
  /** How other groups refer to it: `apps.v1`. */
  readonly name: string;
  /** The API group, "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** The prefix of its schema names in OpenAPI: `io.k8s.api.apps.v1`. */
  readonly package: string;
  readonly types: string;
}

/** Types with a wire format of their own; every other type name is a struct. */
const SCALARS = [
  "string",
  "bool",
  "int32",
  "int64",
  "double",
  "bytes",
  "Time",
  "MicroTime",
  "Duration",
  "Quantity",
  "IntOrString",
  "RawExtension",
  "FieldsV1",
  "JSON",
  "JSONSchemaPropsOrBool",
  "JSONSchemaPropsOrArray",
  "JSONSchemaPropsOrStringArray",
  "StringList",
] as const;
export type Scalar = (typeof SCALARS)[number];

const scalars: ReadonlySet<string> = new Set(SCALARS);
export const isScalar = (name: string): name is Scalar => scalars.has(name);

export interface FieldDeclaration {
  readonly number: number;
  /** The JSON name, or `...` for a type whose fields JSON inlines. */
  readonly name: string;
  /** A scalar, or a struct's full name: `core.v1.Container`. */
  readonly type: string;
  readonly shape: "one" | "list" | "map";
  readonly required: boolean;
  /** Go holds it by a pointer: unset and zero differ, in JSON and in protobuf. */
  readonly pointer: boolean;
  /** Present in answers even if empty: Go's field has no `omitempty`. */
  readonly always: boolean;
  /** Omitted if zero although it is a struct: Go's `omitzero`. */
  readonly omitZero: boolean;
  /** The Go type in error texts, if it is not TYPE's own: `v1.RestartPolicy`. */
  readonly goType?: string;
  readonly listType?: "map" | "set" | "atomic";
  /** The keys of a list of type `map`. */
  readonly listKeys?: readonly string[];
  readonly atomicMap: boolean;
  /** A struct that is atomic elsewhere is owned field by field here. */
  readonly granular: boolean;
  /** Strategic merge: `merge`, `retainKeys`, both or none. */
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey?: string;
  readonly default?: unknown;
  /** The allowed values of a text, or of each text in a list or map, as shown in OpenAPI. */
  readonly enum?: readonly string[];
}

export interface StructDeclaration {
  /** Full name: `core.v1.PodSpec`. */
  readonly name: string;
  readonly source: SchemaSource;
  readonly kind: boolean;
  /** Server-side apply owns it whole. */
  readonly atomic: boolean;
  readonly union?: { readonly discriminator: string; readonly fields: Readonly<Record<string, string>> };
  readonly fields: readonly FieldDeclaration[];
}

/** Parses one group version's text. Throws on an invalid line: the texts are our own. */
export function parseTypes(source: SchemaSource): StructDeclaration[] {
  const structs: { header: string[]; fields: FieldDeclaration[] }[] = [];
  for (const line of source.types.split("\n")) {
    if (line === "") continue;
    if (line.startsWith("  ")) structs.at(-1)?.fields.push(parseField(line, source));
    else structs.push({ header: line.split(" "), fields: [] });
  }
  return structs.map(({ header: [name = "", ...flags], fields }) => {
    const union = flags.find((flag) => flag.startsWith("union="));
    return {
      name: `${source.name}.${name}`,
      source,
      kind: flags.includes("kind"),
      atomic: flags.includes("atomic"),
      ...(union ? { union: parseUnion(union) } : {}),
      fields,
    };
  });
}

function parseField(line: string, source: SchemaSource): FieldDeclaration {
  const [number, name, declared, ...flags] = line.trim().split(" ");
  if (!number || !name || !declared) throw new Error(`${source.name}: not a field: ${line}`);
  const pointer = declared.startsWith("*");
  const type = pointer ? declared.slice(1) : declared;
  const shape = type.startsWith("[]") ? "list" : type.startsWith("map[]") ? "map" : "one";
  const element = type.slice(shape === "list" ? 2 : shape === "map" ? 5 : 0);
  const value = (flag: string) => flags.find((f) => f.startsWith(`${flag}=`))?.slice(flag.length + 1);
  const [listType, listKeys] = value("list")?.split(":") ?? [];
  const [strategies, mergeKey] = value("patch")?.split(":") ?? [];
  const fallback = value("default");
  const goType = value("go");
  const values = value("enum");
  const required = flags.includes("required");
  return {
    number: Number(number),
    name,
    type: isScalar(element) || element.includes(".") ? element : `${source.name}.${element}`,
    shape,
    required,
    pointer,
    always: flags.includes("always") || (required && !flags.includes("omitempty")),
    omitZero: flags.includes("omitzero"),
    ...(goType ? { goType } : {}),
    ...(listType ? { listType: listType as "map" | "set" | "atomic" } : {}),
    ...(listKeys ? { listKeys: listKeys.split(",") } : {}),
    atomicMap: value("map") === "atomic",
    granular: value("map") === "granular",
    patchStrategy: strategies ? strategies.split(",") : [],
    ...(mergeKey ? { patchMergeKey: mergeKey } : {}),
    ...(fallback !== undefined ? { default: JSON.parse(fallback) as unknown } : {}),
    ...(values === undefined ? {} : { enum: values.replaceAll("_", " ").split("|") }),
  };
}

function parseUnion(flag: string) {
  const [, discriminator = "", members = ""] = /^union=(\w*)\((.*)\)$/.exec(flag) ?? [];
  return { discriminator, fields: Object.fromEntries(members.split(",").map((pair) => pair.split(":"))) };
}
