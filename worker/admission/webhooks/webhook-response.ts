/** A webhook's response, decoded the way Go does: null means absent, and a value of the wrong type is an error. */
import { isJsonObject, type JsonObject } from "../../../api/machinery/json/json-object.ts";
import { goJsonType } from "../../../api/machinery/patch/patch-result.ts";
import type { Status } from "../../../api/machinery/status.ts";

export interface WebhookResponse {
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly status?: Partial<Status>;
  /** A JSON Patch in base64. */
  readonly patch?: string;
  readonly patchType?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

interface FieldType {
  readonly goType: string;
  readonly fits: (value: unknown) => boolean;
}

const isText = (value: unknown) => typeof value === "string";
const text: FieldType = { goType: "string", fits: isText };

const STATUS_FIELDS: Readonly<Record<string, FieldType>> = {
  code: { goType: "int32", fits: Number.isInteger },
  message: text,
  reason: { ...text, goType: "v1.StatusReason" },
};
const FIELDS: Readonly<Record<string, FieldType>> = {
  uid: { ...text, goType: "types.UID" },
  allowed: { goType: "bool", fits: (value) => typeof value === "boolean" },
  status: { goType: "v1.Status", fits: isJsonObject },
  patch: { ...text, goType: "[]uint8" },
  patchType: { ...text, goType: "v1.PatchType" },
  warnings: { goType: "[]string", fits: (value) => Array.isArray(value) && value.every(isText) },
  auditAnnotations: {
    goType: "map[string]string",
    fits: (value) => isJsonObject(value) && Object.values(value).every(isText),
  },
};

/** The response, or what is wrong with it. */
export function readResponse(value: unknown): WebhookResponse | string {
  if (!isJsonObject(value)) return mismatch(value, "AdmissionReview.response", "v1.AdmissionResponse");
  const response = withoutNulls(value);
  const { status } = response;
  if (isJsonObject(status)) response.status = withoutNulls(status);
  return (
    fieldMismatch(response, FIELDS, "AdmissionResponse.response") ??
    (isJsonObject(response.status)
      ? fieldMismatch(response.status, STATUS_FIELDS, "Status.response.status")
      : undefined) ??
    response
  );
}

function fieldMismatch(object: JsonObject, fields: typeof FIELDS, path: string): string | undefined {
  for (const [name, { goType, fits }] of Object.entries(fields))
    if (object[name] !== undefined && !fits(object[name])) return mismatch(object[name], `${path}.${name}`, goType);
  return undefined;
}

/** `path` begins with the Go struct that the field belongs to. */
const mismatch = (value: unknown, path: string, goType: string) =>
  `json: cannot unmarshal ${goJsonType(value)} into Go struct field ${path} of type ${goType}`;

const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
