import type {
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
  ObjectFieldSelector,
  PodSpec,
  ResourceFieldSelector,
} from "../../../../generated/core.v1.ts";
import { type FieldError, invalid, notFound, notSupportedText, required } from "../../../../machinery/field-error.ts";
import {
  configMapKey,
  dnsLabel,
  dnsSubdomain,
  nameIsSubdomain,
  qualifiedName,
  relaxedEnvVarName,
} from "../../../../machinery/names.ts";
import { canonicalQuantity, signOfQuantity } from "../../../../machinery/quantity.ts";
import type { PodCheck } from "../pod-check.ts";
import { visitContainers } from "../visit-containers.ts";

const ENV_FIELDS: readonly string[] = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

/** All fields of the downward API; some only work in variables, some only in files. */
const DOWNWARD_FIELDS: ReadonlySet<string> = new Set([
  ...ENV_FIELDS,
  "metadata.annotations",
  "metadata.labels",
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);

const RESOURCES: readonly string[] = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

const SIZES = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

export function validateEnv(variables: readonly EnvVar[], path: string, check: PodCheck): void {
  variables.forEach(({ name, value, valueFrom }, i) => {
    const at = `${path}[${i}]`;
    if (!name) check.errors.push(required(`${at}.name`));
    else for (const problem of relaxedEnvVarName(name)) check.errors.push(invalid(`${at}.name`, name, problem));
    if (valueFrom) validateSource(valueFrom, `${at}.valueFrom`, { value, check });
  });
}

function validateSource(
  source: EnvVarSource,
  path: string,
  { value, check }: { value: string | undefined; check: PodCheck },
): void {
  const { errors } = check;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef) validateFieldReference(fieldRef, `${path}.fieldRef`, { allowed: ENV_FIELDS, errors });
  if (resourceFieldRef) validateResourceReference(resourceFieldRef, `${path}.resourceFieldRef`, errors);
  if (configMapKeyRef) validateKey(configMapKeyRef, `${path}.configMapKeyRef`, errors);
  if (secretKeyRef) validateKey(secretKeyRef, `${path}.secretKeyRef`, errors);
  if (fileKeyRef) validateFileKey(fileKeyRef, `${path}.fileKeyRef`, check);
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0)
    errors.push(
      invalid(
        path,
        "",
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
      ),
    );
  else if (value) errors.push(invalid(path, "", "may not be specified when `value` is not empty"));
  else if (sources > 1) errors.push(invalid(path, "", "may not have more than one field specified at a time"));
}

function validateKey({ name = "", key }: { name?: string; key: string }, path: string, errors: FieldError[]): void {
  for (const problem of dnsSubdomain(name)) errors.push(invalid(`${path}.name`, name, problem));
  if (!key) errors.push(required(`${path}.key`));
  else for (const problem of configMapKey(key)) errors.push(invalid(`${path}.key`, key, problem));
}

function validateFileKey({ volumeName, path: file, key }: FileKeySelector, path: string, check: PodCheck): void {
  const { errors } = check;
  if (!key) errors.push(required(`${path}.key`));
  else for (const problem of relaxedEnvVarName(key)) errors.push(invalid(`${path}.key`, key, problem));
  if (!volumeName) errors.push(required(`${path}.volumeName`));
  else for (const problem of dnsLabel(volumeName)) errors.push(invalid(`${path}.volumeName`, volumeName, problem));
  if (!file) errors.push(required(`${path}.path`));
  else if (file.split("/").includes("..")) errors.push(invalid(`${path}.path`, file, "must not contain '..'"));
}

/** Environment files are in volumes that containers can write to. */
export function validateFileVolumes(spec: PodSpec, path: string, errors: FieldError[]): void {
  const volumes = new Map(spec.volumes?.map((volume) => [volume.name, volume]));
  visitContainers(spec, path, ({ env }, at) => {
    env?.forEach(({ valueFrom }, i) => {
      if (!valueFrom?.fileKeyRef) return;
      const { volumeName = "" } = valueFrom.fileKeyRef;
      const volume = volumes.get(volumeName);
      const field = `${at}.env[${i}].valueFrom.fileKeyRef.volumeName`;
      if (!volume) errors.push(notFound(field, volumeName));
      else if (!volume.emptyDir) errors.push(invalid(field, volumeName, "referenced volume must be of type emptyDir"));
    });
  });
}

/** `allowed` without subscripts; labels and annotations with a key are always allowed. */
export function validateFieldReference(
  { apiVersion = "v1", fieldPath }: ObjectFieldSelector,
  path: string,
  { allowed, errors }: { allowed: readonly string[]; errors: FieldError[] },
): void {
  if (!apiVersion) return void errors.push(required(`${path}.apiVersion`));
  if (!fieldPath) return void errors.push(required(`${path}.fieldPath`));
  const [, base = fieldPath, key] = /^(.*)\['(.*)'\]$/s.exec(fieldPath) ?? [];
  const problem = fieldPathProblem(apiVersion, base, key);
  if (problem) errors.push(invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${problem}`));
  else if (key === undefined) {
    if (!allowed.includes(fieldPath)) errors.push(notSupportedText(`${path}.fieldPath`, fieldPath, allowed));
  } else
    for (const nameProblem of qualifiedName(base === "metadata.annotations" ? key.toLowerCase() : key))
      errors.push(invalid(path, base === "metadata.annotations" ? key.toLowerCase() : key, nameProblem));
}

function fieldPathProblem(apiVersion: string, base: string, key: string | undefined): string | undefined {
  if (apiVersion !== "v1") return `unsupported pod version: ${apiVersion}`;
  if (key !== undefined && (base === "metadata.labels" || base === "metadata.annotations")) return undefined;
  if (key !== undefined) return `field label does not support subscript: ${base}`;
  return DOWNWARD_FIELDS.has(base) || base === "spec.host" ? undefined : `field label not supported: ${base}`;
}

export function validateResourceReference(
  { resource, divisor = "0" }: ResourceFieldSelector,
  path: string,
  errors: FieldError[],
): void {
  const hugePages = /^(limits|requests)\.hugepages-/.test(resource ?? "");
  if (!resource) errors.push(required(`${path}.resource`));
  else if (!RESOURCES.includes(resource) && !hugePages)
    errors.push(notSupportedText(`${path}.resource`, resource, RESOURCES));
  if (signOfQuantity(divisor) === 0) return;
  const [allowed, kind] = /\.cpu$/.test(resource)
    ? [["1m", "1"], "cpu"]
    : [SIZES, /\.memory$/.test(resource) ? "memory" : hugePages ? "hugepages" : "local ephemeral storage"];
  if ((!RESOURCES.includes(resource) && !hugePages) || allowed.includes(canonicalQuantity(divisor))) return;
  const values = allowed === SIZES ? `${SIZES.join(", ")} are` : "1m and 1 are";
  errors.push(
    invalid(`${path}.divisor`, resource, `only divisor's values ${values} supported with the ${kind} resource`),
  );
}

export function validateEnvFrom(sources: readonly EnvFromSource[], path: string, errors: FieldError[]): void {
  sources.forEach(({ prefix, configMapRef, secretRef }, i) => {
    const at = `${path}[${i}]`;
    if (prefix) for (const problem of relaxedEnvVarName(prefix)) errors.push(invalid(`${at}.prefix`, prefix, problem));
    for (const [field, reference] of [
      ["configMapRef", configMapRef],
      ["secretRef", secretRef],
    ] as const) {
      if (!reference) continue;
      if (!reference.name) errors.push(required(`${at}.${field}.name`));
      else
        for (const problem of nameIsSubdomain(reference.name, "generateName"))
          errors.push(invalid(`${at}.${field}.name`, reference.name, problem));
    }
    if (!configMapRef && !secretRef)
      errors.push(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
    else if (configMapRef && secretRef)
      errors.push(invalid(path, "", "may not have more than one field specified at a time"));
  });
}
