/** The CA bundle for a conversion webhook (apiserver pkg/util/webhook ValidateCABundle). */

import type { CustomResourceDefinition } from "../../generated/apiextensions.v1.ts";
import { isConditionTrue } from "../../machinery/conditions.ts";
import { decodeBase64 } from "../../machinery/encoding/base64.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { childrenOf, elementsOf } from "../../machinery/x509/der-reader.ts";

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;

/** Why the bundle is invalid, in Go's words. `base64` is of the PEM text's bytes, as in JSON. */
export function caBundleProblem(base64: string): string | undefined {
  const why = (problem: string) => `unable to load root certificates: ${problem}`;
  const bytes = decodeBase64(base64);
  const pem = typeof bytes === "number" ? "" : Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const blocks = [...pem.matchAll(/-----BEGIN ([^-\n]*)-----\r?\n([\s\S]*?)-----END \1-----/g)];
  if (blocks.length === 0) return why("unable to parse bytes as PEM block");
  const certificates = blocks.filter(([, label, body = ""]) => label === "CERTIFICATE" && !body.includes(":"));
  if (certificates.some(([, , body = ""]) => isCertificate(body))) return undefined;
  if (certificates.length > 0) return why("failed to parse certificate: x509: malformed certificate");
  return why("no valid certificate authority data seen");
}

/** A signed part, an algorithm, and a signature. */
function isCertificate(body: string): boolean {
  const der = decodeBase64(body.replace(/\s/g, ""));
  if (typeof der === "number") return false;
  const [outer, ...more] = elementsOf(der);
  const [signed, algorithm, signature] = childrenOf(outer);
  return more.length === 0 && signed?.tag === SEQUENCE && algorithm?.tag === SEQUENCE && signature?.tag === BIT_STRING;
}

const bundleOf = ({ spec }: CustomResourceDefinition): string => spec.conversion?.webhook?.clientConfig?.caBundle ?? "";

/** A definition with an invalid bundle is not established. */
export const hasInvalidBundle = (definition: CustomResourceDefinition): boolean =>
  bundleOf(definition) !== "" && caBundleProblem(bundleOf(definition)) !== undefined;

/** Once established, the bundle must stay valid, unless it was invalid before. */
export function validateBundle(next: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const bundle = bundleOf(next);
  if (bundle === "" || next.spec.conversion?.strategy !== "Webhook") return [];
  if (!isConditionTrue(old.status, "Established") || hasInvalidBundle(old)) return [];
  const problem = caBundleProblem(bundle);
  return problem === undefined ? [] : [invalid("spec.conversion.webhookClientConfig.caBundle", bundle, problem)];
}
