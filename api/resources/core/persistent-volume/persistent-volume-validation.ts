import type {
  CSIPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  NodeSelectorTerm,
  PersistentVolume,
  PersistentVolumeSpec,
  SecretReference,
} from "../../../generated/core.v1.ts";
import { utf8Length } from "../../../machinery/encoding/utf8.ts";
import { sameValue, sortedMap } from "../../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../../machinery/names.ts";
import { FIELD_IMMUTABLE } from "../../../machinery/object-meta-validation.ts";
import { canonicalQuantity, quantityOf } from "../../../machinery/quantity.ts";
import { goDiff } from "../../go-diff.ts";
import { internalForm } from "../../internal-form.ts";
import { validateNodeSelector } from "../node-selector.ts";
import { validateNoBacksteps } from "../paths.ts";
import { mountOptionErrors } from "./mount-options.ts";
import { VOLUME_MODES, validateAccessModes } from "./persistent-volume-claim-spec.ts";
import { iscsiNameProblem, validateDriverName, validateIscsiAccess, validateSharedSource } from "./volume-sources.ts";

const RECLAIM_POLICIES: readonly string[] = ["Delete", "Recycle", "Retain"];

/** Volume types in the order in which Kubernetes checks them. */
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

export const validatePersistentVolume = (volume: PersistentVolume): FieldError[] => [
  ...validateVolumeSpec(volume.spec, { path: "spec", name: volume.metadata.name ?? "", isInline: false, errors: [] }),
  ...mountOptionErrors(volume),
];

/** A volume that an attachment describes in place of naming one: fields for binding and provisioning do not apply. */
export const validateInlineVolumeSpec = (spec: PersistentVolumeSpec, path: string): FieldError[] =>
  validateVolumeSpec(spec, { path, name: "", isInline: true, errors: [] });

interface VolumeCheck {
  readonly path: string;
  /** The volume's; an inline one has none. */
  readonly name: string;
  readonly isInline: boolean;
  readonly errors: FieldError[];
}

const OF_INLINE = "in the context of inline volumes";
const NOT_INLINE = `may not be specified ${OF_INLINE}`;

function validateVolumeSpec(spec: PersistentVolumeSpec, check: VolumeCheck): FieldError[] {
  const { path, isInline, errors } = check;
  const { accessModes = [], persistentVolumeReclaimPolicy: reclaim, nodeAffinity } = spec;
  if (isInline) {
    if (spec.claimRef) errors.push(forbidden(`${path}.claimRef`, NOT_INLINE));
    if (Object.keys(spec.capacity ?? {}).length > 0) errors.push(forbidden(`${path}.capacity`, NOT_INLINE));
    if (!spec.csi) errors.push(required(`${path}.csi`, `has to be specified ${OF_INLINE}`));
  }
  if (accessModes.length === 0) errors.push(required(`${path}.accessModes`));
  validateAccessModes(accessModes, `${path}.accessModes`, errors);
  if (!isInline) validateCapacity(spec, check);
  if (reclaim && isInline && reclaim !== "Retain")
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, `may only be Retain ${OF_INLINE}`));
  else if (reclaim && !RECLAIM_POLICIES.includes(reclaim))
    errors.push(notSupported(`${path}.persistentVolumeReclaimPolicy`, reclaim, RECLAIM_POLICIES));
  if (nodeAffinity && isInline) errors.push(forbidden(`${path}.nodeAffinity`, NOT_INLINE));
  else if (nodeAffinity?.required) validateNodeSelector(nodeAffinity.required, `${path}.nodeAffinity.required`, errors);
  else if (nodeAffinity)
    errors.push(required(`${path}.nodeAffinity.required`, "must specify required node constraints"));
  validateSources(spec, check);
  if (reclaim === "Recycle" && /^\/+(\.?\/*)*$/.test(spec.hostPath?.path ?? ""))
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'"));
  validateClasses(spec, check);
  return errors;
}

function validateCapacity({ capacity: given }: PersistentVolumeSpec, { path, errors }: VolumeCheck): void {
  const capacity = given ?? {};
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required(`${path}.capacity`));
  if (capacity.storage === undefined || names.length > 1)
    errors.push(notSupported(`${path}.capacity`, given ? sortedMap(given) : null, ["storage"]));
  for (const name of names) {
    const { nanos } = quantityOf(capacity[name]);
    const shown = canonicalQuantity(capacity[name] ?? "0");
    const at = `${path}.capacity[${name}]`;
    if (nanos < 0n) errors.push(invalid(at, Number(nanos / 1_000_000_000n), "must be a valid resource quantity"));
    if (nanos <= 0n) errors.push(invalid(at, shown, "must be greater than zero"));
  }
}

function validateSources(spec: PersistentVolumeSpec, check: VolumeCheck): void {
  const { path, errors } = check;
  let found = false;
  for (const type of SOURCES) {
    if (spec[type] === undefined) continue;
    if (found && type !== "flexVolume")
      errors.push(
        forbidden(`${path}.${type === "cephfs" ? "cephFS" : type}`, "may not specify more than 1 volume type"),
      );
    else validateSource(spec, type, check);
    found = true;
  }
  if (!found) errors.push(required(path, "must specify a volume type"));
}

/** Volumes of a cluster must name the namespaces of their secrets, which pods' volumes need not. */
function validateSource(spec: PersistentVolumeSpec, type: (typeof SOURCES)[number], check: VolumeCheck): void {
  const { errors } = check;
  const path = `${check.path}.${type}`;
  if (spec.csi && type === "csi") {
    validateCsi(spec.csi, path, errors);
    return;
  }
  if (spec.iscsi && type === "iscsi") {
    validateIscsiVolume(spec.iscsi, path, check);
    return;
  }
  if (type === "local") {
    if (!spec.local?.path) errors.push(required(`${path}.path`));
    else validateNoBacksteps(spec.local.path, `${path}.path`, errors);
    if (!spec.nodeAffinity) errors.push(required(`${check.path}.nodeAffinity`, "Local volume requires node affinity"));
    return;
  }
  validateSharedSource(spec, type, { path: check.path, errors });
  const namespaced =
    type === "cinder" ? spec.cinder?.secretRef : type === "storageos" ? spec.storageos?.secretRef : undefined;
  if (namespaced && !namespaced.namespace) errors.push(required(`${path}.secretRef.namespace`));
  if (type === "azureFile" && spec.azureFile?.secretNamespace === "") errors.push(required(`${path}.secretNamespace`));
  const endpoints = type === "glusterfs" ? spec.glusterfs?.endpointsNamespace : undefined;
  if (endpoints === "")
    errors.push(
      invalid(`${path}.endpointsNamespace`, "", "if the endpointnamespace is set, it must be a valid namespace name"),
    );
  else if (endpoints !== undefined)
    for (const problem of dnsLabel(endpoints)) errors.push(invalid(`${path}.endpointsNamespace`, endpoints, problem));
}

/** Initiators are identified by a name composed of the volume's and its portal's. */
const MAX_INITIATOR = 64;

function validateIscsiVolume(iscsi: ISCSIPersistentVolumeSource, path: string, { name, errors }: VolumeCheck): void {
  const { targetPortal = "", iqn = "", initiatorName, secretRef } = iscsi;
  if (targetPortal === "") errors.push(required(`${path}.targetPortal`));
  if (initiatorName !== undefined && utf8Length(`${name}:${targetPortal}`) > MAX_INITIATOR)
    errors.push(
      invalid(
        `${path}.targetportal`,
        targetPortal,
        "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.",
      ),
    );
  if (iqn === "") errors.push(required(`${path}.iqn`));
  else if (iscsiNameProblem(iqn)) errors.push(invalid(`${path}.iqn`, iqn, "must be valid format"));
  validateIscsiAccess(iscsi, path, errors);
  if (secretRef && !secretRef.name) errors.push(required(`${path}.secretRef.name`));
  const problem = initiatorName === undefined ? undefined : iscsiNameProblem(initiatorName);
  if (problem) errors.push(invalid(`${path}.initiatorname`, initiatorName, "must be valid format"));
}

function validateCsi(csi: CSIPersistentVolumeSource, path: string, errors: FieldError[]): void {
  validateDriverName(csi.driver ?? "", `${path}.driver`, errors);
  if (!csi.volumeHandle) errors.push(required(`${path}.volumeHandle`));
  for (const field of [
    "controllerPublishSecretRef",
    "controllerExpandSecretRef",
    "nodePublishSecretRef",
    "nodeExpandSecretRef",
  ] as const) {
    const reference = csi[field];
    if (reference) validateSecretReference(reference, `${path}.${field}`, errors);
  }
}

function validateSecretReference({ name, namespace }: SecretReference, path: string, errors: FieldError[]): void {
  if (!name) errors.push(required(`${path}.name`));
  else for (const problem of dnsSubdomain(name)) errors.push(invalid(`${path}.name`, name, problem));
  if (!namespace) errors.push(required(`${path}.namespace`));
  else for (const problem of dnsLabel(namespace)) errors.push(invalid(`${path}.namespace`, namespace, problem));
}

function validateClasses(spec: PersistentVolumeSpec, { path, isInline, errors }: VolumeCheck): void {
  const { storageClassName, volumeMode, volumeAttributesClassName: attributes } = spec;
  if (storageClassName && isInline) errors.push(forbidden(`${path}.storageClassName`, NOT_INLINE));
  else if (storageClassName)
    for (const problem of dnsSubdomain(storageClassName))
      errors.push(invalid(`${path}.storageClassName`, storageClassName, problem));
  if (volumeMode !== undefined && isInline && volumeMode !== "Filesystem")
    errors.push(forbidden(`${path}.volumeMode`, `may not specify volumeMode other than Filesystem ${OF_INLINE}`));
  else if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode))
    errors.push(notSupported(`${path}.volumeMode`, volumeMode, VOLUME_MODES));
  if (attributes === undefined) return;
  const at = `${path}.volumeAttributesClassName`;
  if (attributes === "") errors.push(required(at, "an empty string is disallowed"));
  else for (const problem of dnsSubdomain(attributes)) errors.push(invalid(at, attributes, problem));
  if (!spec.csi) errors.push(required(`${path}.csi`, "has to be specified when using volumeAttributesClassName"));
}

export function validatePersistentVolumeUpdate(
  { spec }: PersistentVolume,
  { spec: old }: PersistentVolume,
): FieldError[] {
  const errors: FieldError[] = [];
  const [next, before] = [sourcesOf(spec), sourcesOf(old)];
  // The secret for expanding a volume may be added later.
  if (next.csi && before.csi && !before.csi.controllerExpandSecretRef) {
    const { controllerExpandSecretRef: _, ...rest } = next.csi;
    next.csi = rest;
  }
  if (!sameValue(next, before))
    errors.push(
      forbidden(
        "spec.persistentvolumesource",
        `spec.persistentvolumesource is immutable after creation\n${goDiff("core.v1.PersistentVolumeSource", before, next)}`,
      ),
    );
  if (spec.volumeMode !== old.volumeMode) errors.push(invalid("volumeMode", spec.volumeMode, FIELD_IMMUTABLE));
  if (old.nodeAffinity && !sameValue(spec.nodeAffinity, old.nodeAffinity) && !onlyGraduates(spec, old))
    errors.push(
      invalid(
        "nodeAffinity",
        internalForm("core.v1.VolumeNodeAffinity", spec.nodeAffinity),
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

/** Node labels that have graduated. */
const GRADUATED: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
};

/** Whether the volume is reachable from where it was, though from nodes that are relabelled. */
function onlyGraduates({ nodeAffinity: next }: PersistentVolumeSpec, { nodeAffinity: old }: PersistentVolumeSpec) {
  const terms = (affinity: typeof next) => affinity?.required?.nodeSelectorTerms;
  const [after, before] = [terms(next), terms(old)];
  return (
    before !== undefined &&
    after?.length === before.length &&
    before.every((term, i) => termOnlyGraduates(after[i], term))
  );
}

function termOnlyGraduates(next: NodeSelectorTerm = {}, old: NodeSelectorTerm): boolean {
  const [after = [], before = []] = [next.matchExpressions, old.matchExpressions];
  return (
    sameValue(next.matchFields, old.matchFields) &&
    after.length === before.length &&
    before.every((requirement, i) => {
      // To Kubernetes, a key that has not graduated has become the empty one.
      const key = after[i]?.key ?? "";
      return (
        (key === requirement.key || key === (GRADUATED[requirement.key] ?? "")) &&
        sameValue(after[i], { ...requirement, key: after[i]?.key })
      );
    })
  );
}
