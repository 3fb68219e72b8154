/**
 * Decodes JSON text into a draft object of a struct, exactly as Kubernetes' decoder (sigs.k8s.io/json) decodes it into
 * Go: names are case-sensitive, the first type error is reported, the last of duplicate fields wins, unknown fields are
 * dropped, and what Go would hold as empty is absent (see api/schema/shape.ts).
 */

import { emptyMap } from "../../schema/empty-map.ts";
import { type FieldShape, type Shape, type StructShape, shapeOf } from "../../schema/shape.ts";
import type { Struct } from "../../schema/table.ts";
import { goQuote } from "../field-error.ts";
import { isEmpty, setMember } from "../json/json-object.ts";
import { parseJson } from "../json/json-syntax.ts";
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  JsonText,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from "../json/json-text.ts";
import { DecodeProblem, decodeScalar, TextProblem, TypeMismatch } from "./decode-scalar.ts";

export type DecodedJson =
  | {
      readonly ok: true;
      readonly value: Record<string, unknown>;
      /** `unknown field "spec.nope"`, `duplicate field "data.k"`, in the order of the text, at most a hundred. */
      readonly strict: readonly string[];
    }
  /** `message` is Go's: `json: cannot unmarshal string into Go struct field …`. */
  | { readonly ok: false; readonly message: string };

/** Decodes text into a draft of `struct`. */
export function decodeJson(text: string, struct: Struct): DecodedJson {
  const parsed = parseJson(text);
  return parsed.ok ? decodeValidJson(text, struct) : parsed;
}

/** The same for text that is known to be valid JSON, no deeper than MAX_DEPTH. */
export function decodeValidJson(text: string, struct: Struct): DecodedJson {
  const decoder = new Decoder(text);
  try {
    const value = decoder.root(shapeOf(struct));
    if (decoder.problem !== undefined) return { ok: false, message: decoder.problem };
    return { ok: true, value, strict: [...decoder.strict] };
  } catch (problem) {
    // Go's custom unmarshalers (quantities, times) abort decoding, and so win over an earlier type error.
    if (problem instanceof DecodeProblem) return { ok: false, message: problem.message };
    throw problem;
  }
}

const STRICT_ERRORS_KEPT = 100;
/** The n of null. */
const NULL = 0x6e;

class Decoder {
  readonly #json: JsonText;
  /** The first type error. */
  problem: string | undefined;
  readonly strict = new Set<string>();
  /**
   * Names of the fields and embedded types that lead here, and the struct that contains the last one, for type errors.
   */
  readonly #fields: string[] = [];
  #goStruct = "";
  /** The same with map keys and list indexes, for strict errors. */
  readonly #path: (string | number)[] = [];
  #isStrict = true;

  constructor(text: string) {
    this.#json = new JsonText(text);
  }

  root(shape: StructShape): Record<string, unknown> {
    if (this.#json.peek() === OPEN_OBJECT) return this.#struct(shape);
    if (this.#json.peek() !== NULL) this.#mismatch(`${shape.struct.declaration.source.version}.${shape.goName}`);
    return assemble(shape, []);
  }

  /** A value, or undefined for null and for what does not fit. */
  #value(shape: Shape): unknown {
    const code = this.#json.peek();
    if (code === NULL) {
      this.#json.literal();
      return undefined;
    }
    switch (shape.kind) {
      case "struct":
        return code === OPEN_OBJECT ? this.#struct(shape.struct) : this.#mismatch(shape.goType);
      case "map":
        return code === OPEN_OBJECT ? this.#map(shape.element) : this.#mismatch(shape.goType);
      case "list":
        return code === OPEN_ARRAY ? this.#list(shape.element) : this.#mismatch(shape.goType);
      case "scalar":
        if (shape.scalar === "string" && code === QUOTE) return this.#json.string();
        return this.#scalar(shape);
    }
  }

  #scalar(shape: Shape & { kind: "scalar" }): unknown {
    const text = this.#json.skip();
    try {
      return decodeScalar(shape, text, (nested, struct) => this.#nested(nested, struct));
    } catch (problem) {
      if (problem instanceof TextProblem) {
        this.problem ??= problem.message;
        return undefined;
      }
      if (!(problem instanceof TypeMismatch)) throw problem;
      if (problem.fatal) throw new DecodeProblem(this.#describeMismatch(problem));
      this.problem ??= this.#describeMismatch(problem);
      return undefined;
    }
  }

  /** A schema inside a type with a custom unmarshaler: its unknown fields go unnoticed. */
  #nested(text: string, struct: Struct): Record<string, unknown> {
    const decoder = new Decoder(text);
    decoder.#isStrict = false;
    decoder.#fields.push(...this.#fields);
    decoder.#goStruct = this.#goStruct;
    const value = decoder.root(shapeOf(struct));
    if (decoder.problem !== undefined) throw new DecodeProblem(decoder.problem);
    return value;
  }

  #struct(shape: StructShape): Record<string, unknown> {
    const slots: unknown[] = new Array(shape.fields.length);
    const seen = new Set<FieldShape>();
    const outer = this.#goStruct;
    const depth = this.#fields.length;
    this.#members((key) => {
      const field = shape.byName.get(key);
      if (!field) {
        this.#tellStrict("unknown", key);
        this.#json.skip();
        return;
      }
      if (seen.has(field)) this.#tellStrict("duplicate", key);
      seen.add(field);
      this.#fields.push(...(field.declaration.within ?? []), key);
      this.#path.push(key);
      this.#goStruct = shape.goName;
      slots[field.index] = this.#value(field.shape);
      this.#goStruct = outer;
      this.#path.pop();
      this.#fields.length = depth;
    });
    return assemble(shape, slots);
  }

  #map(element: Shape): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    let isEmpty = true;
    this.#members((key) => {
      isEmpty = false;
      if (Object.hasOwn(map, key)) this.#tellStrict("duplicate", key);
      this.#path.push(key);
      setMember(map, key, this.#value(element) ?? emptyElement(element));
      this.#path.pop();
    });
    return isEmpty ? emptyMap() : map;
  }

  #list(element: Shape): unknown[] {
    const json = this.#json;
    const list: unknown[] = [];
    json.at++;
    if (json.take(CLOSE_ARRAY)) return list;
    do {
      this.#path.push(list.length);
      list.push(this.#value(element) ?? emptyElement(element));
      this.#path.pop();
    } while (json.take(COMMA));
    json.take(CLOSE_ARRAY);
    return list;
  }

  #members(member: (key: string) => void): void {
    const json = this.#json;
    json.at++;
    if (json.take(CLOSE_OBJECT)) return;
    do {
      json.peek();
      const key = json.string();
      json.take(COLON);
      member(key);
    } while (json.take(COMMA));
    json.take(CLOSE_OBJECT);
  }

  #tellStrict(what: "unknown" | "duplicate", key: string): void {
    if (!this.#isStrict || this.strict.size >= STRICT_ERRORS_KEPT) return;
    let path = "";
    for (const step of this.#path) path += typeof step === "number" ? `[${step}]` : path === "" ? step : `.${step}`;
    this.strict.add(`${what} field ${goQuote(path === "" ? key : `${path}.${key}`)}`);
  }

  #mismatch(goType: string): undefined {
    const found = jsonKind(this.#json.skip());
    this.problem ??= this.#describeMismatch(new TypeMismatch(found, goType));
    return undefined;
  }

  #describeMismatch({ found, goType }: TypeMismatch): string {
    const where = this.#fields.length > 0 ? `struct field ${this.#goStruct}.${this.#fields.join(".")}` : "value";
    return `json: cannot unmarshal ${found} into Go ${where} of type ${goType}`;
  }
}

const jsonKind = (text: string) => {
  switch (text.charAt(0)) {
    case "{":
      return "object";
    case "[":
      return "array";
    case '"':
      return "string";
    case "t":
    case "f":
      return "bool";
    default:
      return "number";
  }
};

/** A null in a list or map becomes Go's zero value of the element. */
function emptyElement(shape: Shape): unknown {
  if (shape.kind === "struct") return assemble(shape.struct, []);
  if (shape.kind === "list") return [];
  if (shape.kind === "map") return {};
  if (shape.scalar === "Quantity") return "0";
  if (shape.scalar === "string" || shape.scalar === "bytes") return "";
  if (shape.scalar === "bool") return false;
  return shape.scalar === "int32" || shape.scalar === "int64" || shape.scalar === "double" ? 0 : null;
}

/** A struct's draft from its fields' values, in the table's order; undefined if a field was absent. */
export function assemble({ fields }: StructShape, slots: readonly unknown[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const field of fields) {
    const slot = slots[field.index];
    if (slot === undefined) {
      if (field.draftZero) value[field.name] = field.draftZero();
    } else if (!field.dropsEmpty || !isEmpty(slot)) value[field.name] = slot;
  }
  return value;
}
