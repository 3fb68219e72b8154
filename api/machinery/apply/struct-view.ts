/** The schema table's types as seen by server-side apply. */
import { isScalar, type Scalar } from "../../schema/idl.ts";
import { type Field, type Struct, structOf } from "../../schema/table.ts";
import { DEDUCED, type FieldView, type MapView, type TypeView, UNTYPED } from "./type-view.ts";

const views = new Map<string, TypeView>();

/** The view of a struct, built once: `structView(structOf("apps.v1.Deployment"))`. */
export function structView(struct: Struct): TypeView {
  const known = views.get(struct.name);
  if (known) return known;
  const view: TypeView = { map: mapView(struct) };
  views.set(struct.name, view);
  return view;
}

function mapView(struct: Struct): MapView {
  const fields = new Map<string, FieldView>();
  // Types are recursive, so views of fields are built on demand.
  const field = (name: string): FieldView | undefined => {
    const known = fields.get(name);
    const declared = known ? undefined : struct.fields.get(name);
    if (!declared) return known;
    const made = { ...fieldView(declared), element: `f:${name}` };
    fields.set(name, made);
    return made;
  };
  let nulls: readonly string[] | undefined;
  return {
    atomic: struct.declaration.atomic,
    field,
    get nulls() {
      nulls ??= [...struct.fields.values()].filter((each) => zeroOf(each) === null).map(({ name }) => name);
      return nulls;
    },
  };
}

function fieldView(field: Field): FieldView {
  const zero = zeroOf(field);
  // OpenAPI documents declare the zero value as the default of a scalar that Go always writes, so a list key has one.
  const fallback = field.default ?? (typeof zero === "object" ? undefined : zero);
  return {
    type: fieldType(field),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(zero === undefined ? {} : { zero }),
    ...(omitsEmpty(field) ? { omitEmpty: true as const } : {}),
  };
}

const omitsEmpty = ({ shape, always, pointer }: Field) => shape !== "one" && !always && !pointer;

function fieldType(field: Field): TypeView {
  if (field.shape === "list")
    return { list: { type: field.listType ?? mergeType(field), keys: listKeys(field), element: elementType(field) } };
  if (field.shape === "map")
    return { map: { atomic: field.atomicMap, field: () => undefined, element: elementType(field) } };
  return elementType(field);
}

/** A list without an apply type that merges in strategic patches identifies its items in the same way. */
const mergeType = (field: Field) =>
  !field.patchStrategy.includes("merge") ? "atomic" : field.patchMergeKey ? "map" : "set";

const listKeys = (field: Field): readonly string[] =>
  field.listKeys ?? (field.patchMergeKey && field.patchStrategy.includes("merge") ? [field.patchMergeKey] : []);

function elementType(field: Field): TypeView {
  if (isScalar(field.type)) return SCALAR_TYPES[field.type];
  const view = structView(structOf(field.type));
  if (field.shape !== "one" || !view.map || !(field.atomicMap || field.granular)) return view;
  return { map: { ...view.map, atomic: field.atomicMap } };
}

const STRING: TypeView = { scalar: "string" };
const NUMBER: TypeView = { scalar: "numeric" };
const ANY_SCALAR: TypeView = { scalar: "untyped" };

const SCALAR_TYPES: Readonly<Record<Scalar, TypeView>> = {
  string: STRING,
  bytes: STRING,
  Duration: STRING,
  bool: { scalar: "boolean" },
  int32: NUMBER,
  int64: NUMBER,
  double: NUMBER,
  Time: ANY_SCALAR,
  MicroTime: ANY_SCALAR,
  Quantity: ANY_SCALAR,
  IntOrString: ANY_SCALAR,
  RawExtension: UNTYPED,
  FieldsV1: DEDUCED,
  JSON: DEDUCED,
  JSONSchemaPropsOrBool: DEDUCED,
  JSONSchemaPropsOrArray: DEDUCED,
  JSONSchemaPropsOrStringArray: DEDUCED,
  StringList: DEDUCED,
};

/** What Go's zero value shows for a field that the JSON may omit. */
function zeroOf(field: Field): unknown {
  if (field.pointer || field.shape !== "one") return field.always ? null : undefined;
  if (!isScalar(field.type)) return field.omitZero ? undefined : {};
  // A struct by value, too, which is therefore not omitted when empty.
  if (field.type === "Time" || field.type === "MicroTime") return field.omitZero ? undefined : null;
  if (!field.always) return undefined;
  if (field.type === "string" || field.type === "bytes") return "";
  if (field.type === "bool") return false;
  return field.type === "RawExtension" ? null : 0;
}
