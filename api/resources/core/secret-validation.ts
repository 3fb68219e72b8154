import type { Secret } from "../../generated/core.v1.ts";
import { decodeBase64 } from "../../machinery/encoding/base64.ts";
import { textOfUtf8 } from "../../machinery/encoding/utf8.ts";
import { type FieldError, forbidden, invalid, required, tooLong } from "../../machinery/field-error.ts";
import { deepEqual } from "../../machinery/json/deep-equal.ts";
import { parseJson } from "../../machinery/json/json-syntax.ts";
import { configMapKey } from "../../machinery/names.ts";
import { FIELD_IMMUTABLE } from "../../machinery/object-meta-validation.ts";
import { base64Bytes, IMMUTABLE_WHEN_SET, MAX_DATA_BYTES } from "./config-map.ts";

const SERVICE_ACCOUNT_NAME = "kubernetes.io/service-account.name";

export const TLS = "kubernetes.io/tls";

export function validateSecret({ metadata, type, data = {} }: Secret): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key in data) {
    for (const problem of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, problem));
    bytes += base64Bytes(data[key] ?? "");
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong("data", MAX_DATA_BYTES));
  const need = (...keys: string[]) => {
    for (const key of keys) errors.push(required(`data[${key}]`));
  };
  switch (type) {
    case "kubernetes.io/service-account-token":
      if (!metadata.annotations?.[SERVICE_ACCOUNT_NAME])
        errors.push(required(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`));
      break;
    case "kubernetes.io/dockercfg":
      validateJson(data, ".dockercfg", errors);
      break;
    case "kubernetes.io/dockerconfigjson":
      validateJson(data, ".dockerconfigjson", errors);
      break;
    case "kubernetes.io/basic-auth":
      if (data.username === undefined && data.password === undefined) need("username", "password");
      break;
    case "kubernetes.io/ssh-auth":
      if (!data["ssh-privatekey"]) need("ssh-privatekey");
      break;
    case TLS:
      need(...["tls.crt", "tls.key"].filter((key) => data[key] === undefined));
      break;
    default:
  }
  return errors;
}

function validateJson(data: Readonly<Record<string, string>>, key: string, errors: FieldError[]): void {
  const encoded = data[key];
  if (encoded === undefined) errors.push(required(`data[${key}]`));
  else {
    const problem = objectProblem(textOf(encoded));
    if (problem) errors.push(invalid(`data[${key}]`, "<secret contents redacted>", problem));
  }
}

function textOf(encoded: string): string {
  const bytes = decodeBase64(encoded);
  return typeof bytes === "number" ? "" : textOfUtf8(bytes);
}

/** Why a text is not a JSON object, in the words of Go's decoder. */
function objectProblem(text: string): string | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed.message;
  const { value } = parsed;
  if (value === null || (typeof value === "object" && !Array.isArray(value))) return undefined;
  const found = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  return `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
}

export function validateSecretUpdate(next: Secret, old: Secret): FieldError[] {
  const errors: FieldError[] = [];
  if (next.type !== old.type) errors.push(invalid("type", next.type ?? "", FIELD_IMMUTABLE));
  if (!old.immutable) return errors;
  if (!next.immutable) errors.push(forbidden("immutable", IMMUTABLE_WHEN_SET));
  if (!deepEqual(next.data, old.data)) errors.push(forbidden("data", IMMUTABLE_WHEN_SET));
  return errors;
}
