/** The bodies of a request and its answer as an audit event holds them: JSON, whatever the client's format was. */

import { parseExactJson } from "../../api/machinery/json/exact-json.ts";
import { type KubeObject, parseApiVersion } from "../../api/machinery/meta.ts";
import { decodeProtobufBody, openEnvelope } from "../../api/machinery/protobuf/protobuf.ts";
import { yamlBytesToJson } from "../yaml-text.ts";

/** Longer bodies are left out, and the event says so. */
const MAX_BYTES = 128 * 1024;

export type RecordedBody =
  | { readonly kind: "none" }
  | { readonly kind: "object"; readonly object: unknown }
  | { readonly kind: "truncated" };

interface Form {
  /** Its media type. */
  readonly type: string;
  readonly omitManagedFields: boolean;
}

export function recordedBody(body: Uint8Array, { type, omitManagedFields }: Form): RecordedBody {
  if (body.length === 0) return { kind: "none" };
  if (body.length > MAX_BYTES || isGzip(body)) return { kind: "truncated" };
  const object = parsed(body, type);
  if (object === undefined) return { kind: "none" };
  if (omitManagedFields) dropManagedFields(object);
  return { kind: "object", object };
}

/** Lists of more than 128 KiB, which the store compressed itself. */
const isGzip = ([first, second]: Uint8Array): boolean => first === 0x1f && second === 0x8b;

/** Reads only as much of a response as may be recorded. */
export async function readStart(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  while (length <= MAX_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  await reader.cancel();
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function parsed(body: Uint8Array, type: string): unknown {
  try {
    if (type.includes("protobuf")) return ofProtobuf(body);
    if (!type.includes("yaml")) return parseExactJson(new TextDecoder().decode(body));
    const converted = yamlBytesToJson(body);
    return converted.ok ? parseExactJson(converted.json) : undefined;
  } catch {
    // The answer explains what was wrong with it.
    return undefined;
  }
}

function ofProtobuf(body: Uint8Array): unknown {
  const { apiVersion, kind } = openEnvelope(body);
  const decoded = decodeProtobufBody(body, { ...parseApiVersion(apiVersion), kind });
  return decoded.ok ? decoded.object : undefined;
}

function dropManagedFields(object: unknown): void {
  const { metadata, items } = (object ?? {}) as { metadata?: KubeObject["metadata"]; items?: unknown };
  if (metadata) delete metadata.managedFields;
  if (Array.isArray(items)) for (const item of items) dropManagedFields(item);
}
