import type {
  ClusterTrustBundleProjection,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from "../../../../generated/core.v1.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../../../machinery/field-error.ts";
import { validateLabelSelector } from "../../../../machinery/labels-validation.ts";
import { dnsSubdomain } from "../../../../machinery/names.ts";
import { validateMode, validateUnreservedPath } from "../../paths.ts";
import { validateDownwardFile, validateKeyToPath } from "./file-volumes.ts";

const KEY_TYPES: readonly string[] = ["ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519", "RSA3072", "RSA4096"];

/** Several sources in one directory: their files must not conflict. */
export function validateProjected(
  { defaultMode, sources = [] }: ProjectedVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  validateMode(defaultMode, `${path}.defaultMode`, errors);
  const files = new Set<string>();
  const addFile = (file: string | undefined, shown: string) => {
    if (!file) return;
    if (files.has(file)) errors.push(invalid(path, shown, "conflicting duplicate paths"));
    files.add(file);
  };
  sources.forEach((source, i) => {
    validateSource(source, `${path}.sources[${i}]`, { volumePath: path, errors, addFile });
  });
}

interface ProjectionCheck {
  /** In some paths, Kubernetes names the volume and not the source. */
  readonly volumePath: string;
  readonly errors: FieldError[];
  readonly addFile: (file: string | undefined, shown: string) => void;
}

function validateSource(source: VolumeProjection, path: string, check: ProjectionCheck): void {
  const { errors, addFile } = check;
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
  for (const [field, keys] of [
    ["secret", secret],
    ["configMap", configMap],
  ] as const) {
    if (!keys) continue;
    if (!keys.name) errors.push(required(`${path}.${field}.name`));
    keys.items?.forEach((item, j) => {
      validateKeyToPath(item, `${path}.${field}.items[${j}]`, errors);
      addFile(item.path, keys.name ?? "");
    });
  }
  for (const file of downwardAPI?.items ?? []) {
    validateDownwardFile(file, `${path}.downwardAPI`, errors);
    addFile(file.path, file.path);
  }
  if (serviceAccountToken) validateToken(serviceAccountToken, `${path}.serviceAccountToken`, check);
  if (clusterTrustBundle) validateTrustBundle(clusterTrustBundle, `${path}.clusterTrustBundle`, check);
  if (podCertificate) validateCertificate(podCertificate, `${path}.podCertificate`, check);
  const types = [secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate];
  if (types.filter(Boolean).length > 1)
    errors.push(forbidden(path, "may not specify more than 1 volume type per source"));
}

function validateToken(
  token: ServiceAccountTokenProjection,
  path: string,
  { volumePath, errors }: ProjectionCheck,
): void {
  const { expirationSeconds = 3600, path: file } = token;
  if (expirationSeconds < 600)
    errors.push(
      invalid(`${path}.expirationSeconds`, expirationSeconds, "may not specify a duration less than 10 minutes"),
    );
  if (expirationSeconds > 2 ** 32)
    errors.push(
      invalid(`${path}.expirationSeconds`, expirationSeconds, "may not specify a duration larger than 2^32 seconds"),
    );
  if (!file) errors.push(required(`${volumePath}.path`));
  else validateUnreservedPath(file, `${volumePath}.path`, errors);
}

function validateTrustBundle(bundle: ClusterTrustBundleProjection, path: string, check: ProjectionCheck): void {
  const { errors } = check;
  const { name, signerName, labelSelector, path: file } = bundle;
  if (name !== undefined && signerName !== undefined)
    errors.push(invalid(path, bundle, "only one of name and signerName may be used"));
  else if (name !== undefined) {
    if (name === "") errors.push(required(`${path}.name`, "must be a valid object name"));
    // A signer's bundle is named after it, `example.com:signer:name`.
    for (const problem of dnsSubdomain(name.slice(name.lastIndexOf(":") + 1)))
      errors.push(invalid(`${path}.name`, name, `not a valid clustertrustbundlename: ${problem}`));
    if (labelSelector)
      errors.push(invalid(`${path}.labelSelector`, labelSelector, "labelSelector must be unset if name is specified"));
  } else if (signerName !== undefined) {
    validateSignerName(signerName, `${path}.signerName`, errors);
    errors.push(...validateLabelSelector(labelSelector, `${path}.labelSelector`));
  } else errors.push(required(path, "either name or signerName must be specified"));
  if (!file) errors.push(required(`${path}.path`));
  validateUnreservedPath(file ?? "", `${path}.path`, errors);
  check.addFile(file, file);
}

function validateSignerName(name: string, path: string, errors: FieldError[]): void {
  const [domain = "", signer, ...rest] = name.split("/");
  if (name === "") return void errors.push(required(path, "must be a valid signer name"));
  if (!signer || rest.length > 0)
    return void errors.push(
      invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
    );
  for (const problem of dnsSubdomain(domain)) errors.push(invalid(path, domain, problem));
}

function validateCertificate(certificate: PodCertificateProjection, path: string, check: ProjectionCheck): void {
  const { errors } = check;
  const { signerName = "", keyType = "", maxExpirationSeconds } = certificate;
  validateSignerName(signerName, `${path}.signerName`, errors);
  if (!KEY_TYPES.includes(keyType)) errors.push(notSupported(`${path}.keyType`, keyType, KEY_TYPES));
  if (maxExpirationSeconds !== undefined && maxExpirationSeconds < 3600)
    errors.push(
      invalid(
        `${path}.maxExpirationSeconds`,
        maxExpirationSeconds,
        "if provided, maxExpirationSeconds must be >= 3600",
      ),
    );
  for (const field of ["credentialBundlePath", "keyPath", "certificateChainPath"] as const) {
    const file = certificate[field];
    if (!file) continue;
    validateUnreservedPath(file, `${path}.${field}`, errors);
    check.addFile(file, file);
  }
}
