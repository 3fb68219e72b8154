/** Volumes with files from the API: secrets, config maps, the pod's own fields. */
import type { DownwardAPIVolumeFile, KeyToPath, Volume } from "../../../../generated/core.v1.ts";
import { type FieldError, invalid, required } from "../../../../machinery/field-error.ts";
import { validateMode, validateUnreservedPath } from "../../paths.ts";
import { validateFieldReference, validateResourceReference } from "../containers/env.ts";

const FILE_FIELDS: readonly string[] = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];

/** Of a volume that has exactly one of these sources. */
export function validateFileVolume(
  { secret, configMap, downwardAPI }: Pick<Volume, "secret" | "configMap" | "downwardAPI">,
  path: string,
  errors: FieldError[],
): void {
  if (secret) {
    if (!secret.secretName) errors.push(required(`${path}.secret.secretName`));
    validateKeyVolume(secret, `${path}.secret`, errors);
  } else if (configMap) {
    if (!configMap.name) errors.push(required(`${path}.configMap.name`));
    validateKeyVolume(configMap, `${path}.configMap`, errors);
  } else if (downwardAPI) {
    validateMode(downwardAPI.defaultMode, `${path}.downwardAPI.defaultMode`, errors);
    // In these paths, Kubernetes names the volume and not the file.
    for (const file of downwardAPI.items ?? []) validateDownwardFile(file, `${path}.downwardAPI`, errors);
  }
}

function validateKeyVolume(
  { defaultMode, items }: { defaultMode?: number; items?: KeyToPath[] },
  path: string,
  errors: FieldError[],
): void {
  validateMode(defaultMode, `${path}.defaultMode`, errors);
  items?.forEach((item, i) => {
    validateKeyToPath(item, `${path}.items[${i}]`, errors);
  });
}

export function validateKeyToPath({ key, path: file = "", mode }: KeyToPath, path: string, errors: FieldError[]): void {
  if (!key) errors.push(required(`${path}.key`));
  if (!file) errors.push(required(`${path}.path`));
  validateUnreservedPath(file, `${path}.path`, errors);
  validateMode(mode, `${path}.mode`, errors);
}

export function validateDownwardFile(file: DownwardAPIVolumeFile, path: string, errors: FieldError[]): void {
  const { path: name = "", fieldRef, resourceFieldRef, mode } = file;
  if (!name) errors.push(required(`${path}.path`));
  validateUnreservedPath(name, `${path}.path`, errors);
  if (fieldRef) {
    validateFieldReference(fieldRef, `${path}.fieldRef`, { allowed: FILE_FIELDS, errors });
    if (resourceFieldRef)
      errors.push(invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
  } else if (!resourceFieldRef) errors.push(required(path, "one of fieldRef and resourceFieldRef is required"));
  // A file belongs to no container, so it must name one.
  else if (!resourceFieldRef.containerName) errors.push(required(`${path}.resourceFieldRef.containerName`));
  else validateResourceReference(resourceFieldRef, `${path}.resourceFieldRef`, errors);
  validateMode(mode, `${path}.mode`, errors);
}
