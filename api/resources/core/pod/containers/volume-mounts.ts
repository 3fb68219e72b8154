import type { Container, VolumeDevice, VolumeMount } from "../../../../generated/core.v1.ts";
import {
  type FieldError,
  forbidden,
  invalid,
  notFound,
  notSupported,
  required,
} from "../../../../machinery/field-error.ts";
import { validateRelativePath } from "../../paths.ts";
import type { PodCheck } from "../pod-check.ts";

const PROPAGATIONS: readonly string[] = ["Bidirectional", "HostToContainer", "None"];
const RECURSIVE_READ_ONLY: readonly string[] = ["Disabled", "Enabled", "IfPossible"];

export function validateVolumeMounts(container: Container, path: string, check: PodCheck): void {
  const { errors, volumes } = check;
  const { volumeMounts = [], volumeDevices = [] } = container;
  const devices = new Set(volumeDevices.map(({ name }) => name));
  const devicePaths = new Set(volumeDevices.map(({ devicePath }) => devicePath));
  const mountPaths = new Set<string>();
  volumeMounts.forEach((mount, i) => {
    const at = `${path}[${i}]`;
    const { name = "", mountPath = "", subPath, subPathExpr } = mount;
    if (!name) errors.push(required(`${at}.name`));
    const volume = volumes.get(name);
    if (!volume) errors.push(notFound(`${at}.name`, name));
    if (!mountPath) errors.push(required(`${at}.mountPath`));
    if (mountPaths.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, "must be unique"));
    mountPaths.add(mountPath);
    if (devices.has(name)) errors.push(invalid(`${at}.name`, name, "must not already exist in volumeDevices"));
    if (devicePaths.has(mountPath))
      errors.push(invalid(`${at}.mountPath`, mountPath, "must not already exist as a path in volumeDevices"));
    // In these paths, Kubernetes names the list and not the entry.
    if (subPath) validateRelativePath(subPath, `${path}.subPath`, errors);
    if (subPathExpr) {
      if (subPath)
        errors.push(invalid(`${at}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive"));
      validateRelativePath(subPathExpr, `${path}.subPathExpr`, errors);
    }
    validatePropagation(mount, container, { path: `${path}.mountPropagation`, errors });
    validateRecursiveReadOnly(mount, `${path}.recursiveReadOnly`, errors);
  });
}

function validatePropagation(
  { mountPropagation }: VolumeMount,
  { securityContext }: Container,
  { path, errors }: { path: string; errors: FieldError[] },
): void {
  if (mountPropagation === undefined) return;
  if (!PROPAGATIONS.includes(mountPropagation)) errors.push(notSupported(path, mountPropagation, PROPAGATIONS));
  if (mountPropagation === "Bidirectional" && !securityContext?.privileged)
    errors.push(forbidden(path, "Bidirectional mount propagation is available only to privileged containers"));
}

function validateRecursiveReadOnly(mount: VolumeMount, path: string, errors: FieldError[]): void {
  const { recursiveReadOnly, readOnly, mountPropagation = "None" } = mount;
  if (recursiveReadOnly === undefined || recursiveReadOnly === "Disabled") return;
  if (!RECURSIVE_READ_ONLY.includes(recursiveReadOnly))
    return void errors.push(notSupported(path, recursiveReadOnly, RECURSIVE_READ_ONLY));
  if (!readOnly) errors.push(forbidden(path, "may only be specified when readOnly is true"));
  if (mountPropagation !== "None")
    errors.push(forbidden(path, "may only be specified when mountPropagation is None or not specified"));
}

export function validateVolumeDevices(container: Container, path: string, check: PodCheck): void {
  const { errors, volumes } = check;
  const { volumeMounts = [] } = container;
  const mounts = new Set(volumeMounts.map((mount) => mount.name));
  const mountPaths = new Set(volumeMounts.map(({ mountPath }) => mountPath));
  const names = new Set<string>();
  const paths = new Set<string>();
  container.volumeDevices?.forEach(({ name = "", devicePath = "" }: VolumeDevice, i) => {
    const at = `${path}[${i}]`;
    const volume = volumes.get(name);
    if (!name) errors.push(required(`${at}.name`));
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, "must be unique"));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral)
      errors.push(
        invalid(
          `${at}.name`,
          name,
          "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
        ),
      );
    if (!volume) errors.push(notFound(`${at}.name`, name));
    if (!devicePath) errors.push(required(`${at}.devicePath`));
    if (paths.has(devicePath)) errors.push(invalid(`${at}.devicePath`, devicePath, "must be unique"));
    if (devicePath.split("/").includes(".."))
      errors.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.has(name)) errors.push(invalid(`${at}.name`, name, "must not already exist in volumeMounts"));
    if (mountPaths.has(devicePath))
      errors.push(invalid(`${at}.devicePath`, devicePath, "must not already exist as a path in volumeMounts"));
    if (name) names.add(name);
  });
}
