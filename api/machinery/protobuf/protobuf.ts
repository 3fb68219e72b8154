/**
 * Kubernetes' protobuf on the wire: the four bytes `k8s\0`, then a runtime.Unknown that states the kind and contains
 * the message. A watch is a stream of frames: length (four bytes, big endian), then a WatchEvent without an envelope.
 */
import { findStruct, type Struct, structOfKind } from "../../schema/table.ts";
import {
  acceptKind,
  type DecodedBody,
  type GroupVersionKind,
  summaryOfBytes,
  unrecognized,
} from "../decode/decode-kind.ts";
import { parseApiVersion } from "../meta.ts";
import { decodeMessage } from "./decode.ts";
import { encodeMessage } from "./encode.ts";
import { decodeUtf8, ProtobufProblem, ProtobufReader, wrongWireType } from "./reader.ts";
import { ProtobufWriter, WIRE_BYTES } from "./writer.ts";

const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/** The struct of a body or an answer: Status, DeleteOptions and the like belong to every group. */
export const wireStructOf = (apiVersion: string, kind: string): Struct | undefined => {
  const own = structOfKind(apiVersion, kind);
  if (own) return own;
  const shared = findStruct(`meta.v1.${kind}`);
  return shared?.declaration.kind ? shared : undefined;
};

/**
 * An object, a list or a Status with its envelope; undefined for a kind without a protobuf form (custom resources,
 * Table).
 */
export function encodeProtobuf(object: { apiVersion?: string; kind?: string }): Uint8Array<ArrayBuffer> | undefined {
  const struct = wireStructOf(object.apiVersion ?? "", object.kind ?? "");
  return struct && envelope(encodeMessage(object, struct), object);
}

function envelope(message: Uint8Array, of: Typed): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter(message.length + 128);
  writeEnd(writer);
  writer.raw(message);
  writeBeginning(writer, message.length, of);
  return writer.finish();
}

export interface Typed {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/**
 * What follows a message in its envelope, contentEncoding and contentType; writers go from the end to the beginning.
 */
export function writeEnd(writer: ProtobufWriter): void {
  writer.delimited(4, writer.length);
  writer.delimited(3, writer.length);
}

/** What precedes a message of that length. */
export function writeBeginning(writer: ProtobufWriter, length: number, { apiVersion = "", kind = "" }: Typed): void {
  writer.varint(length);
  writer.tag(2, WIRE_BYTES);
  writeBytes(writer, 1, () => {
    writeBytes(writer, 2, () => writer.text(kind));
    writeBytes(writer, 1, () => writer.text(apiVersion));
  });
  writer.raw(MAGIC);
}

function writeBytes(writer: ProtobufWriter, number: number, write: () => void): void {
  const before = writer.length;
  write();
  writer.delimited(number, before);
}

/** One frame of a watch; `object` has its envelope. */
export function encodeWatchFrame(type: string, object: Uint8Array): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter(object.length + 64);
  writeBytes(writer, 2, () => writeBytes(writer, 1, () => writer.raw(object)));
  writeBytes(writer, 1, () => writer.text(type));
  const { length } = writer;
  writer.raw(Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length));
  return writer.finish();
}

interface Unknown {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/** The content of an envelope. Throws ProtobufProblem. */
export function openEnvelope(bytes: Uint8Array): Unknown {
  if (bytes.length === 0) throw new ProtobufProblem("empty data");
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new ProtobufProblem(
      `provided data does not appear to be a protobuf message, expected prefix [${MAGIC.join(" ")}]`,
    );
  }
  if (bytes.length === MAGIC.length) throw new ProtobufProblem("empty body");
  const envelope = readMessage(new ProtobufReader(bytes, MAGIC.length), "Unknown", ENVELOPE);
  const typeMeta = readMessage(new ProtobufReader(envelope[1] ?? new Uint8Array()), "TypeMeta", TYPE_META);
  return {
    apiVersion: decodeUtf8(typeMeta[1] ?? new Uint8Array()),
    kind: decodeUtf8(typeMeta[2] ?? new Uint8Array()),
    raw: envelope[2]?.slice() ?? new Uint8Array(),
  };
}

const ENVELOPE: Readonly<Record<number, string>> = { 1: "TypeMeta", 2: "Raw", 3: "ContentEncoding", 4: "ContentType" };
const TYPE_META: Readonly<Record<number, string>> = { 1: "APIVersion", 2: "Kind" };

/** A message whose fields, of which only names are given, all have lengths. */
function readMessage(reader: ProtobufReader, name: string, fields: Readonly<Record<number, string>>) {
  const values: Record<number, Uint8Array> = {};
  while (!reader.done) {
    const { number, wireType } = reader.tag(name);
    const field = fields[number];
    if (field === undefined) reader.skip(wireType);
    else if (wireType !== WIRE_BYTES) throw wrongWireType(wireType, field);
    else values[number] = reader.bytes();
  }
  return values;
}

/**
 * Decodes the protobuf body of a create or update, like decodeBody does for JSON. Unknown fields in protobuf are not
 * reported.
 */
export function decodeProtobufBody(bytes: Uint8Array, expected: GroupVersionKind): DecodedBody {
  const unknown = resultOf(() => openEnvelope(bytes));
  if (!unknown.ok) return unrecognized(expected, unknown.message, summaryOfBytes(bytes));
  const { apiVersion, kind, raw } = unknown.value;
  return acceptKind(
    { actual: { ...parseApiVersion(apiVersion), kind }, expected, fieldValidation: "Ignore" },
    (struct) => {
      const message = resultOf(() => decodeMessage(raw, struct));
      return message.ok ? { ...message, strict: [] } : message;
    },
  );
}

function resultOf<T>(read: () => T): { ok: true; value: T } | { ok: false; message: string } {
  try {
    return { ok: true, value: read() };
  } catch (problem) {
    if (problem instanceof ProtobufProblem) return { ok: false, message: problem.message };
    throw problem;
  }
}
