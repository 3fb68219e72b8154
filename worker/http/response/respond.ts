/** Renders objects: the one place that knows how answers look on the wire. */

import { exactJson, parseExactJson } from "../../../api/machinery/json/exact-json.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { encodeProtobuf } from "../../../api/machinery/protobuf/protobuf.ts";
import type { Status } from "../../../api/machinery/status.ts";
import { PROTOBUF } from "../media-types.ts";
import { GZIP, isLarge } from "./compress.ts";
import { type Accepted, noSuchForm } from "./negotiate.ts";
import { encodeYaml } from "./yaml.ts";

const JSON_TYPE = "application/json";

const responseOf = (body: string | Uint8Array<ArrayBuffer>, { type, gzip }: Accepted, status: number): Response =>
  new Response(body, { status, headers: { "Content-Type": type, ...(gzip && isLarge(body.length) ? GZIP : {}) } });

/** `value` is any JSON value that contains its kind. */
export function renderValue(value: KubeObject | Status | object, accepted: Accepted, status = 200): Response {
  return responseOf(encodeValue(value, accepted), accepted, status);
}

/** An answer that is encoded already, in parts. */
export function renderBytes(parts: readonly Uint8Array<ArrayBuffer>[], accepted: Accepted): Response {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return responseOf(whole, accepted, 200);
}

/** An object whose JSON text is at hand: it is only parsed if another form was requested. */
export function renderText(text: string, accepted: Accepted, status = 200): Response {
  if (accepted.type === JSON_TYPE && !accepted.pretty) return responseOf(`${text}\n`, accepted, status);
  return renderValue(parseExactJson(text) as KubeObject, accepted, status);
}

/** JSON ends with a newline unless it is indented, as from Go's encoder and its indenter. */
export function encodeValue(value: object, { type, pretty }: Accepted): string | Uint8Array<ArrayBuffer> {
  switch (type) {
    case "application/json":
      return pretty ? exactJson(value, 2) : `${exactJson(value)}\n`;
    case "application/yaml":
      return encodeYaml(value);
    case PROTOBUF:
      return protobufOf(value);
  }
}

/** Custom resources and Tables have no protobuf form. */
export function protobufOf(object: Readonly<Partial<Record<"apiVersion" | "kind", string>>>): Uint8Array<ArrayBuffer> {
  const encoded = encodeProtobuf(object);
  if (!encoded) throw noSuchForm();
  return encoded;
}
