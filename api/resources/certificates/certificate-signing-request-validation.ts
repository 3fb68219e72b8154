/** pkg/apis/certificates/validation. */
import type { CertificateSigningRequest } from "../../generated/certificates.v1.ts";
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { repeated } from "../../machinery/repeated.ts";
import { certificateRequestProblem, certificatesProblem } from "./pem.ts";
import { checkSignerName } from "./signer-name.ts";

const MIN_EXPIRATION = 600;

const USAGES = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

const ALWAYS_TRUE = ["Approved", "Denied", "Failed"];

export function validateCertificateSigningRequest({ spec, status }: CertificateSigningRequest): FieldError[] {
  const errors: FieldError[] = [];
  const { request, usages = [], signerName = "", expirationSeconds } = spec;
  const problem = certificateRequestProblem(request ?? "");
  if (problem) errors.push(invalid("spec.request", request ?? null, problem));
  if (usages.length === 0) errors.push(required("spec.usages"));
  usages.forEach((usage, i) => {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${i}]`, usage, USAGES));
  });
  for (const i of repeated(usages)) errors.push(duplicate(`spec.usages[${i}]`, usages[i]));
  if (signerName === "kubernetes.io/legacy-unknown")
    errors.push(invalid("spec.signerName", signerName, "the legacy signerName is not allowed via this API version"));
  else checkSignerName(errors, "spec.signerName", signerName);
  if (expirationSeconds !== undefined && expirationSeconds < MIN_EXPIRATION)
    errors.push(
      invalid(
        "spec.expirationSeconds",
        expirationSeconds,
        "may not specify a duration less than 600 seconds (10 minutes)",
      ),
    );
  checkConditions(errors, status.conditions);
  if (status.certificate) {
    const wrong = certificatesProblem(status.certificate);
    if (wrong) errors.push(invalid("status.certificate", "<certificate data>", wrong));
  }
  return errors;
}

type Conditions = CertificateSigningRequest["status"]["conditions"];

function checkConditions(errors: FieldError[], conditions: Conditions = []): void {
  const path = "status.conditions";
  const before = new Set<string>();
  conditions.forEach(({ type = "", status = "" }, i) => {
    const at = `${path}[${i}]`;
    if (type === "") errors.push(required(`${at}.type`));
    const supported = ALWAYS_TRUE.includes(type) ? ["True"] : ["False", "True", "Unknown"];
    if (status === "") errors.push(required(`${at}.status`));
    else if (!supported.includes(status)) errors.push(notSupported(`${at}.status`, status, supported));
    if (before.has(type === "Approved" ? "Denied" : "Approved") && isDecision(type))
      errors.push(invalid(path, type, "Approved and Denied conditions are mutually exclusive"));
    if (before.has(type)) errors.push(duplicate(`${at}.type`, type));
    before.add(type);
  });
}

const DECISIONS = ["Approved", "Denied"];
const isDecision = (type: string): boolean => DECISIONS.includes(type);

/** Conditions are permanent; approval and denial are only set through their own subresource. */
function checkPermanentConditions(
  errors: FieldError[],
  next: CertificateSigningRequest,
  old: CertificateSigningRequest,
  { decides }: { readonly decides: boolean },
): void {
  const count = ({ status }: CertificateSigningRequest, type: string) =>
    status.conditions?.filter((condition) => condition.type === type).length ?? 0;
  for (const type of [...DECISIONS, "Failed"])
    if (count(next, type) < count(old, type))
      errors.push(forbidden("status.conditions", `updates may not remove a condition of type "${type}"`));
  if (decides) return;
  for (const type of DECISIONS)
    if (count(next, type) > count(old, type))
      errors.push(forbidden("status.conditions", `updates may not add a condition of type "${type}"`));
}

export function validateApprovalUpdate(next: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const errors: FieldError[] = [];
  checkConditions(errors, next.status.conditions);
  checkPermanentConditions(errors, next, old, { decides: true });
  return errors;
}

export function validateStatusUpdate(next: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const errors: FieldError[] = [];
  checkConditions(errors, next.status.conditions);
  const { certificate } = next.status;
  // An unchanged certificate was valid when it was set.
  const wrong = certificate && certificate !== old.status.certificate ? certificatesProblem(certificate) : undefined;
  if (wrong) errors.push(invalid("status.certificate", "<certificate data>", wrong));
  checkPermanentConditions(errors, next, old, { decides: false });
  checkCertificate(errors, next, old);
  return errors;
}

function checkCertificate(
  errors: FieldError[],
  { status: { certificate } }: CertificateSigningRequest,
  { status: { certificate: old } }: CertificateSigningRequest,
): void {
  if (old && certificate !== old)
    errors.push(forbidden("status.certificate", "updates may not modify existing certificate content"));
}
