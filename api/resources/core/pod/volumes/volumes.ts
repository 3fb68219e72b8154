import type { Volume } from "../../../../generated/core.v1.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  goQuote,
  invalid,
  required,
} from "../../../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../../../machinery/names.ts";
import { signOfQuantity } from "../../../../machinery/quantity.ts";
import { validateClaimTemplate } from "../../persistent-volume/persistent-volume-claim-spec.ts";
import { SHARED_SOURCES, validateSharedSource } from "../../persistent-volume/volume-sources.ts";
import { validatePullPolicy } from "../containers/containers.ts";
import type { PodOptions } from "../pod-check.ts";
import { validateFileVolume } from "./file-volumes.ts";
import { validateProjected } from "./projected-volume.ts";

interface VolumeCheck {
  readonly options: PodOptions;
  readonly errors: FieldError[];
}

/** Returns the valid volumes by name: mounts of others are "not found". */
export function validateVolumes(
  volumes: readonly Volume[] | undefined,
  path: string,
  { options, errors }: VolumeCheck,
): ReadonlyMap<string, Volume> {
  const valid = new Map<string, Volume>();
  if (!volumes) return valid;
  const created = new Set(
    options.podName ? volumes.filter(({ ephemeral }) => ephemeral).map(({ name }) => `${options.podName}-${name}`) : [],
  );
  volumes.forEach((volume, i) => {
    const at = `${path}[${i}]`;
    const before = errors.length;
    validateSource(volume, at, { options, errors });
    if (!volume.name) errors.push(required(`${at}.name`));
    else for (const problem of dnsLabel(volume.name)) errors.push(invalid(`${at}.name`, volume.name, problem));
    if (valid.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    if (errors.length === before) valid.set(volume.name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && created.has(claim))
      errors.push(
        invalid(
          `${at}.persistentVolumeClaim.claimName`,
          claim,
          "must not reference a PVC that gets created for an ephemeral volume",
        ),
      );
  });
  return valid;
}

/** Kubernetes' order; the first one that is set is the volume's type. */
const ORDER = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "flocker",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "quobyte",
  "downwardAPI",
  "fc",
  "flexVolume",
  "configMap",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "storageos",
  "projected",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
] as const satisfies readonly (keyof Volume)[];

/** Where Kubernetes' messages spell a field differently. */
const FORBIDDEN_AS: Readonly<Record<string, string>> = { cephfs: "cephFS", downwardAPI: "downwarAPI" };

function validateSource(volume: Volume, path: string, check: VolumeCheck): void {
  const { errors } = check;
  let found = false;
  for (const type of ORDER) {
    if (volume[type] === undefined) continue;
    if (found)
      errors.push(forbidden(`${path}.${FORBIDDEN_AS[type] ?? type}`, "may not specify more than 1 volume type"));
    else validateType(volume, type, { ...check, path });
    if (type === "iscsi") validateInitiator(volume, path, errors);
    found = true;
  }
  if (!found) errors.push(required(path, "must specify a volume type"));
}

function validateType(volume: Volume, type: (typeof ORDER)[number], check: VolumeCheck & { path: string }): void {
  const { errors, options, path } = check;
  const at = `${path}.${type}`;
  if (type in SHARED_SOURCES) validateSharedSource(volume, type, { path, errors });
  switch (type) {
    case "emptyDir":
      if (volume.emptyDir?.sizeLimit !== undefined && signOfQuantity(volume.emptyDir.sizeLimit) < 0)
        errors.push(forbidden(`${at}.sizeLimit`, "SizeLimit field must be a valid resource quantity"));
      return;
    case "secret":
    case "configMap":
    case "downwardAPI":
      validateFileVolume({ [type]: volume[type] }, path, errors);
      return;
    case "projected":
      if (volume.projected) validateProjected(volume.projected, at, errors);
      return;
    case "persistentVolumeClaim":
      if (!volume.persistentVolumeClaim?.claimName) errors.push(required(`${at}.claimName`));
      return;
    case "ephemeral":
      validateEphemeral(volume, path, check);
      return;
    case "image":
      if (options.isPod && !volume.image?.reference) errors.push(required(`${at}.reference`));
      validatePullPolicy(volume.image?.pullPolicy, `${at}.pullPolicy`, errors);
      return;
    default:
  }
}

function validateEphemeral({ name, ephemeral }: Volume, path: string, { options, errors }: VolumeCheck): void {
  const at = `${path}.ephemeral.volumeClaimTemplate`;
  if (!ephemeral?.volumeClaimTemplate) errors.push(required(at));
  else errors.push(...validateClaimTemplate(ephemeral.volumeClaimTemplate, at));
  if (!options.podName || !name) return;
  const claim = `${options.podName}-${name}`;
  for (const problem of dnsSubdomain(claim))
    errors.push(invalid(`${path}.name`, name, `PVC name ${goQuote(claim)}: ${problem}`));
}

function validateInitiator({ name, iscsi }: Volume, path: string, errors: FieldError[]): void {
  if (iscsi?.initiatorName !== undefined && `${name}:${iscsi.targetPortal}`.length > 64)
    errors.push(
      invalid(
        `${path}.name`,
        name,
        "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.",
      ),
    );
}
