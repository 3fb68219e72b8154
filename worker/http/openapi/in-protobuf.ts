/** Documents of OpenAPI v3 in protobuf. */
import { parseExactJson } from "../../../api/machinery/json/exact-json.ts";
import type { TaggedDocument } from "../response/etag.ts";
import { gnosticV3 } from "./gnostic-v3.ts";

export type JsonDocument = TaggedDocument & { readonly body: string };

export const PROTOBUF_V3 = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";

const encoded = new WeakMap<JsonDocument, TaggedDocument>();

/** With the ETag of the JSON. Encoded once: a large one takes a third of a second, and anybody may ask for it. */
export function inProtobuf(document: JsonDocument): TaggedDocument {
  const known = encoded.get(document);
  if (known) return known;
  const { body, etag } = document;
  const made = { contentType: PROTOBUF_V3, body: gnosticV3(parseExactJson(body) as object), etag };
  encoded.set(document, made);
  return made;
}
