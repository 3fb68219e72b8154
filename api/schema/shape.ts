/**
 * The schema table compiled for walking values: which fields a struct has, what each contains, and what represents an
 * absent field. The rules of emptiness are Go's, because kube-apiserver's answers are Go structs printed by
 * encoding/json.
 */
import { isScalar, type Scalar } from "./idl.ts";
import { implicitEmptyList } from "./implicit-empty-list.ts";
import { type Field, type Struct, structOf } from "./table.ts";

export type Shape =
  | { readonly kind: "scalar"; readonly scalar: Scalar; readonly goType: string }
  | { readonly kind: "struct"; readonly struct: StructShape; readonly goType: string }
  | { readonly kind: "list"; readonly element: Shape; readonly goType: string }
  | { readonly kind: "map"; readonly element: Shape; readonly goType: string };

export interface FieldShape {
  readonly name: string;
  readonly index: number;
  readonly shape: Shape;
  readonly declaration: Field;
  /** Drafts omit this value if it is empty, like Go's answers; an explicitly empty list or map stays until it is stored. */
  readonly dropsEmpty: boolean;
  /** What a draft has for an absent field: enough for code to rely on the TypeScript type. */
  readonly draftZero: (() => unknown) | undefined;
  /** What the wire shows for an absent field; differs from the draft for lists, maps and times, which are null. */
  readonly wireZero: (() => unknown) | undefined;
}

/** Compiled on first use: shapes may be recursive. */
export interface StructShape {
  readonly struct: Struct;
  /** As error texts name it: `PodSpec`. */
  readonly goName: string;
  readonly fields: readonly FieldShape[];
  readonly byName: ReadonlyMap<string, FieldShape>;
}

const compiled = new Map<Struct, StructShape>();

export function shapeOf(struct: Struct): StructShape {
  const known = compiled.get(struct);
  if (known) return known;
  const shape = {
    struct,
    goName: localName(struct.name),
    fields: [] as readonly FieldShape[],
    byName: new Map() as ReadonlyMap<string, FieldShape>,
  };
  compiled.set(struct, shape);
  shape.fields = wireOrder(struct).map(compileField);
  shape.byName = new Map(shape.fields.map((field) => [field.name, field]));
  return shape;
}

/** Stored text begins with kind and apiVersion, in Kubernetes' order. */
function wireOrder(struct: Struct): Field[] {
  const fields = [...struct.fields.values()];
  if (!struct.declaration.kind) return fields;
  return [...fields.filter(({ name }) => name === "kind"), ...fields.filter(({ name }) => name !== "kind")];
}

function compileField(declaration: Field, index: number): FieldShape {
  const shape = shapeOfField(declaration);
  const { pointer, always, omitZero } = declaration;
  return {
    name: declaration.name,
    index,
    shape,
    declaration,
    dropsEmpty: !always && !pointer && shape.kind === "scalar" && isDroppable(shape),
    draftZero: pointer || omitZero ? undefined : draftZero(shape, always),
    wireZero: pointer ? (always ? () => null : undefined) : omitZero ? undefined : wireZero(shape, always),
  };
}

/** The types that Go's omitempty applies to; a struct or a time never counts as empty. */
const isDroppable = (shape: Shape): boolean => {
  if (shape.kind !== "scalar") return shape.kind !== "struct";
  return ["string", "bool", "int32", "int64", "double", "bytes", "StringList"].includes(shape.scalar);
};

function draftZero(shape: Shape, always: boolean): (() => unknown) | undefined {
  if (shape.kind === "struct") return () => zeroStruct(shape.struct, "draftZero");
  if (!always) return undefined;
  if (shape.kind === "list") return implicitEmptyList;
  if (shape.kind === "map") return () => ({});
  return scalarZeros[shape.scalar];
}

function wireZero(shape: Shape, always: boolean): (() => unknown) | undefined {
  if (shape.kind === "struct") return () => zeroStruct(shape.struct, "wireZero");
  if (shape.kind !== "scalar") return always ? () => null : undefined;
  if (!always && isDroppable(shape)) return undefined;
  return scalarZeros[shape.scalar] ?? (() => null);
}

/** Scalars without an entry have no zero except null. */
const scalarZeros: Partial<Record<Scalar, () => unknown>> = {
  string: () => "",
  bool: () => false,
  int32: () => 0,
  int64: () => 0,
  double: () => 0,
  Quantity: () => "0",
  IntOrString: () => 0,
  Duration: () => "0s",
};

export function zeroStruct({ fields }: StructShape, zero: "draftZero" | "wireZero"): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const field of fields) {
    const make = field[zero];
    if (make) value[field.name] = make();
  }
  return value;
}

function shapeOfField({ type, shape, goType }: Field): Shape {
  const element = elementShape(type, shape === "one" ? goType : elementOf(goType));
  if (shape === "one") return element;
  return { kind: shape, element, goType: goType ?? `${shape === "list" ? "[]" : "map[string]"}${element.goType}` };
}

const elementOf = (goType: string | undefined) => /^(?:\[\]|map\[.*?\])(.*)$/.exec(goType ?? "")?.[1];

function elementShape(type: string, goType: string | undefined): Shape {
  if (type === "StringList") {
    const strings: Shape = { kind: "scalar", scalar: "string", goType: "string" };
    return { kind: "list", element: strings, goType: goType ?? "[]string" };
  }
  if (isScalar(type)) return { kind: "scalar", scalar: type, goType: goType ?? goTypes[type] ?? type };
  const struct = structOf(type);
  return {
    kind: "struct",
    get struct() {
      return shapeOf(struct);
    },
    goType: goType ?? `${struct.declaration.source.version}.${localName(type)}`,
  };
}

const goTypes: Partial<Record<Scalar, string>> = {
  double: "float64",
  bytes: "[]uint8",
  JSON: "v1.JSON",
  Quantity: "resource.Quantity",
  Time: "v1.Time",
  MicroTime: "v1.MicroTime",
};

const localName = (name: string) => name.slice(name.lastIndexOf(".") + 1);
