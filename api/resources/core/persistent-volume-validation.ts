import type { PersistentVolume, PersistentVolumeSpec, SecretReference } from "../../generated/core.v1.ts";
import { deepEqual } from "../../machinery/deep-equal.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../machinery/names.ts";
import { FIELD_IMMUTABLE } from "../../machinery/object-meta-validation.ts";
import { canonicalQuantity, quantityOf } from "../../machinery/quantity.ts";
import { goDiff } from "../go-diff.ts";
import { sortedMap } from "../internal-form.ts";
import { VOLUME_MODES, validateAccessModes } from "./persistent-volume-claim-spec.ts";
import { validateNodeSelector } from "./pod/node-selector.ts";
import { validateNoBacksteps } from "./pod/paths.ts";
import { validateDriverName, validateSharedSource } from "./pod/volume-sources.ts";

const RECLAIM_POLICIES: readonly string[] = ["Delete", "Recycle", "Retain"];

/** The types of volumes in the order in which Kubernetes looks. */
const SOURCES = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "flocker",
  "nfs",
  "rbd",
  "quobyte",
  "cephfs",
  "iscsi",
  "cinder",
  "fc",
  "flexVolume",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "scaleIO",
  "local",
  "storageos",
  "csi",
] as const satisfies readonly (keyof PersistentVolumeSpec)[];

export function validatePersistentVolume({ spec }: PersistentVolume): FieldError[] {
  const errors: FieldError[] = [];
  const { accessModes = [], persistentVolumeReclaimPolicy: reclaim, nodeAffinity } = spec;
  if (accessModes.length === 0) errors.push(required("spec.accessModes"));
  validateAccessModes(accessModes, "spec.accessModes", errors);
  validateCapacity(spec, errors);
  if (reclaim && !RECLAIM_POLICIES.includes(reclaim))
    errors.push(notSupported("spec.persistentVolumeReclaimPolicy", reclaim, RECLAIM_POLICIES));
  if (nodeAffinity?.required) validateNodeSelector(nodeAffinity.required, "spec.nodeAffinity.required", errors);
  else if (nodeAffinity) errors.push(required("spec.nodeAffinity.required", "must specify required node constraints"));
  validateSources(spec, errors);
  if (reclaim === "Recycle" && /^\/+(\.?\/*)*$/.test(spec.hostPath?.path ?? ""))
    errors.push(forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'"));
  validateClasses(spec, errors);
  return errors;
}

function validateCapacity({ capacity = {} }: PersistentVolumeSpec, errors: FieldError[]): void {
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required("spec.capacity"));
  if (capacity.storage === undefined || names.length > 1)
    errors.push(notSupported("spec.capacity", names.length === 0 ? null : sortedMap(capacity), ["storage"]));
  for (const name of names) {
    const { nanos } = quantityOf(capacity[name]);
    const shown = canonicalQuantity(capacity[name] ?? "0");
    const path = `spec.capacity[${name}]`;
    if (nanos < 0n) errors.push(invalid(path, Number(nanos / 1_000_000_000n), "must be a valid resource quantity"));
    if (nanos <= 0n) errors.push(invalid(path, shown, "must be greater than zero"));
  }
}

function validateSources(spec: PersistentVolumeSpec, errors: FieldError[]): void {
  let found = false;
  for (const type of SOURCES) {
    if (spec[type] === undefined) continue;
    if (found && type !== "flexVolume")
      errors.push(forbidden(`spec.${type === "cephfs" ? "cephFS" : type}`, "may not specify more than 1 volume type"));
    else validateSource(spec, type, errors);
    found = true;
  }
  if (!found) errors.push(required("spec", "must specify a volume type"));
}

/** Volumes of a cluster name the namespaces of their secrets, which those of pods need not. */
function validateSource(spec: PersistentVolumeSpec, type: (typeof SOURCES)[number], errors: FieldError[]): void {
  const path = `spec.${type}`;
  if (type === "csi") {
    validateCsi(spec, errors);
    return;
  }
  if (type === "local") {
    if (!spec.local?.path) errors.push(required("spec.local.path"));
    else validateNoBacksteps(spec.local.path, "spec.local.path", errors);
    if (!spec.nodeAffinity) errors.push(required("spec.nodeAffinity", "Local volume requires node affinity"));
    return;
  }
  validateSharedSource(spec, type, { path: "spec", errors });
  const namespaced =
    type === "cinder" ? spec.cinder?.secretRef : type === "storageos" ? spec.storageos?.secretRef : undefined;
  if (namespaced && !namespaced.namespace) errors.push(required(`${path}.secretRef.namespace`));
  if (type === "iscsi" && spec.iscsi?.secretRef && !spec.iscsi.secretRef.name)
    errors.push(required(`${path}.secretRef.name`));
  if (type === "azureFile" && spec.azureFile?.secretNamespace === "") errors.push(required(`${path}.secretNamespace`));
  const endpoints = type === "glusterfs" ? spec.glusterfs?.endpointsNamespace : undefined;
  if (endpoints === "")
    errors.push(
      invalid(`${path}.endpointsNamespace`, "", "if the endpointnamespace is set, it must be a valid namespace name"),
    );
  else if (endpoints !== undefined)
    for (const problem of dnsLabel(endpoints)) errors.push(invalid(`${path}.endpointsNamespace`, endpoints, problem));
}

function validateCsi({ csi }: PersistentVolumeSpec, errors: FieldError[]): void {
  if (!csi) return;
  validateDriverName(csi.driver ?? "", "spec.csi.driver", errors);
  if (!csi.volumeHandle) errors.push(required("spec.csi.volumeHandle"));
  for (const field of [
    "controllerPublishSecretRef",
    "controllerExpandSecretRef",
    "nodePublishSecretRef",
    "nodeExpandSecretRef",
  ] as const) {
    const reference = csi[field];
    if (reference) validateSecretReference(reference, `spec.csi.${field}`, errors);
  }
}

function validateSecretReference({ name, namespace }: SecretReference, path: string, errors: FieldError[]): void {
  if (!name) errors.push(required(`${path}.name`));
  else for (const problem of dnsSubdomain(name)) errors.push(invalid(`${path}.name`, name, problem));
  if (!namespace) errors.push(required(`${path}.namespace`));
  else for (const problem of dnsLabel(namespace)) errors.push(invalid(`${path}.namespace`, namespace, problem));
}

function validateClasses(spec: PersistentVolumeSpec, errors: FieldError[]): void {
  const { storageClassName, volumeMode, volumeAttributesClassName: attributes } = spec;
  if (storageClassName)
    for (const problem of dnsSubdomain(storageClassName))
      errors.push(invalid("spec.storageClassName", storageClassName, problem));
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode))
    errors.push(notSupported("spec.volumeMode", volumeMode, VOLUME_MODES));
  if (attributes === undefined) return;
  if (attributes === "") errors.push(required("spec.volumeAttributesClassName", "an empty string is disallowed"));
  else
    for (const problem of dnsSubdomain(attributes))
      errors.push(invalid("spec.volumeAttributesClassName", attributes, problem));
  if (!spec.csi) errors.push(required("spec.csi", "has to be specified when using volumeAttributesClassName"));
}

export function validatePersistentVolumeUpdate(
  { spec }: PersistentVolume,
  { spec: old }: PersistentVolume,
): FieldError[] {
  const errors: FieldError[] = [];
  const [next, before] = [sourcesOf(spec), sourcesOf(old)];
  // The secret for expanding a volume may come later.
  if (next.csi && before.csi && !before.csi.controllerExpandSecretRef) {
    const { controllerExpandSecretRef: _, ...rest } = next.csi;
    next.csi = rest;
  }
  if (!deepEqual(next, before))
    errors.push(
      forbidden(
        "spec.persistentvolumesource",
        `spec.persistentvolumesource is immutable after creation\n${goDiff("core.v1.PersistentVolumeSource", before, next)}`,
      ),
    );
  if (spec.volumeMode !== old.volumeMode) errors.push(invalid("volumeMode", spec.volumeMode, FIELD_IMMUTABLE));
  if (old.nodeAffinity && !deepEqual(spec.nodeAffinity, old.nodeAffinity))
    errors.push(
      invalid(
        "nodeAffinity",
        spec.nodeAffinity ?? null,
        `${FIELD_IMMUTABLE}, except for updating from beta label to GA`,
      ),
    );
  if (old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined)
    errors.push(forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden"));
  return errors;
}

function sourcesOf(spec: PersistentVolumeSpec): PersistentVolumeSpec {
  return Object.fromEntries(SOURCES.filter((type) => spec[type] !== undefined).map((type) => [type, spec[type]]));
}
