/** Bodies of create, update and delete: media type, size, decoding, and the checks of apiVersion and kind. */

import type { JSONSchemaProps } from "../../../api/generated/apiextensions.v1.ts";
import {
  type DecodedBody,
  decodeBody,
  type FieldValidation,
  type GroupVersionKind,
} from "../../../api/machinery/decode/decode.ts";
import { summaryOfBytes, unrecognized } from "../../../api/machinery/decode/decode-kind.ts";
import { ownMember } from "../../../api/machinery/json/own-member.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { decodeProtobufBody } from "../../../api/machinery/protobuf/protobuf.ts";
import { badRequest, requestTooLarge, timedOut, unsupportedMediaType } from "../../../api/machinery/status.ts";
import { decodeCustom } from "../../../api/machinery/structural/decode.ts";
import type { YamlText } from "../../../api/machinery/yaml/decode-yaml.ts";
import { ApiError } from "../../api-error.ts";
import { noteBody, noteObject } from "../../audit/audited-request.ts";
import { type Bounds, boundedBody, hasBody } from "../../bounded-body.ts";
import { Deadline, REQUEST_MS } from "../../deadline.ts";
import type { RequestContext } from "../../request-context.ts";
import { yamlText } from "../../yaml-text.ts";
import { PROTOBUF } from "../media-types.ts";
import type { WriteOptions } from "./write-options.ts";

/** Kubernetes' limit on request bodies. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
const SHORT_BODY_BYTES = 64 * 1024;

/** The expected length of a body; the maximum if it is not declared. */
export function bodyBytes(request: Request): number {
  if (!hasBody(request)) return 0;
  const declared = request.headers.get("Content-Length");
  return Math.min(declared === null ? MAX_BODY_BYTES : Number(declared), MAX_BODY_BYTES);
}

/** `deadline`: of the whole request, if it has one. */
export async function readBody(request: Request, deadline?: Deadline): Promise<Uint8Array<ArrayBuffer>> {
  if (!deadline) return Deadline.during(REQUEST_MS, (ofBody) => readBody(request, ofBody));
  return readUpTo(request, { bytes: MAX_BODY_BYTES, deadline });
}

/** For endpoints that read little, and before the sender is authenticated. */
export const readShortBody = (request: Request): Promise<Uint8Array<ArrayBuffer>> =>
  Deadline.during(REQUEST_MS, (deadline) => readUpTo(request, { bytes: SHORT_BODY_BYTES, deadline }));

async function readUpTo(request: Request, bounds: Bounds): Promise<Uint8Array<ArrayBuffer>> {
  const body = await boundedBody(request, bounds);
  if (body === "too large") throw new ApiError(requestTooLarge(`Request entity too large: limit is ${bounds.bytes}`));
  if (body === "too slow")
    throw new ApiError(timedOut("the body of the request did not come within the allotted time"));
  if (body === "broken") throw new ApiError(badRequest("unexpected EOF"));
  if (body.length > 0) noteBody(request, body);
  return body;
}

export type BodyType = "json" | "yaml" | "protobuf";

const BODY_TYPES: Readonly<Record<string, BodyType>> = {
  "application/json": "json",
  "application/yaml": "yaml",
  [PROTOBUF]: "protobuf",
};

const UNKNOWN_BODY =
  "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf";

export const mediaTypeOf = (request: Request): string =>
  (request.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

export function bodyType(request: Request): BodyType {
  const media = mediaTypeOf(request);
  if (media === "") return "json";
  const type = ownMember(BODY_TYPES, media);
  if (!type) throw new ApiError(unsupportedMediaType(UNKNOWN_BODY));
  return type;
}

/** The object of a create or update: of the served kind, structurally valid, with unknown fields dropped. */
export function decodeObject(context: RequestContext, options: WriteOptions, served = context.served): KubeObject {
  const { body, warnings } = context;
  const expected = { group: served.group, version: served.version, kind: served.resource.kind };
  const type = bodyType(context.request);
  const { structuralSchema } = served.resource;
  const decoded = structuralSchema
    ? decodeUntyped(body, { type, expected, fieldValidation: options.fieldValidation }, structuralSchema)
    : decodeAs(body, { type, expected, fieldValidation: options.fieldValidation });
  if (!decoded.ok) throw new ApiError(badRequest(decoded.message));
  for (const warning of decoded.warnings) warnings.push(...linesOf(warning));
  noteObject(context.request, decoded.object.metadata);
  return decoded.object;
}

/** A byte order mark is kept as a character; no JSON begins with it. */
export const textOf = (body: Uint8Array): string =>
  new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(body);

const YAML_HEADING = "yaml: unmarshal errors:\n";

/** YAML errors under one heading become separate warnings, without the heading. */
const linesOf = (text: string): string[] =>
  text.startsWith(YAML_HEADING)
    ? text
        .slice(YAML_HEADING.length)
        .split("\n")
        .map((line) => line.trim())
    : [text];

interface Expected {
  readonly type: BodyType;
  readonly expected: GroupVersionKind;
  readonly fieldValidation: FieldValidation;
}

const UNKNOWN_UNTYPED_BODY =
  "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml";

/** Custom kinds have no protobuf form. */
function decodeUntyped(body: Uint8Array, { type, ...of }: Expected, schema: JSONSchemaProps): DecodedBody {
  if (type === "protobuf") throw new ApiError(unsupportedMediaType(UNKNOWN_UNTYPED_BODY));
  const read = textOfType(body, type);
  return read.ok ? decodeCustom({ text: read.text, syntax: type, ...of }, schema) : unreadable(body, of, read.problem);
}

function decodeAs(body: Uint8Array, { type, ...of }: Expected): DecodedBody {
  if (type === "protobuf") return decodeProtobufBody(body, of.expected);
  const read = textOfType(body, type);
  return read.ok ? decodeBody({ text: read.text, syntax: type, ...of }) : unreadable(body, of, read.problem);
}

/** In JSON, Go replaces what is not UTF-8; go-yaml refuses it. */
const textOfType = (body: Uint8Array, type: "json" | "yaml"): YamlText =>
  type === "yaml" ? yamlText(body) : { ok: true, text: textOf(body) };

const unreadable = (body: Uint8Array, { expected }: Pick<Expected, "expected">, problem: string): DecodedBody =>
  unrecognized(expected, `yaml: ${problem}`, summaryOfBytes(body));
