/** Volume types shared by pods and persistent volumes, most of them now served by CSI drivers. */
import type { ISCSIPersistentVolumeSource, PersistentVolumeSpec, Volume } from "../../../generated/core.v1.ts";
import { type FieldError, invalid, notSupported, required, tooLong } from "../../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain, rangeProblem } from "../../../machinery/names.ts";
import { validateNoBacksteps, validateRelativePath } from "../paths.ts";

type Fields<T> = { readonly [F in keyof T]?: T[F] | undefined };
type Check = (source: Record<string, unknown>, path: string, errors: FieldError[]) => void;

const HOST_PATH_TYPES: readonly string[] = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

const need =
  (...fields: string[]): Check =>
  (source, path, errors) => {
    for (const field of fields) if (isEmpty(source[field])) errors.push(required(`${path}.${field}`));
  };

const isEmpty = (value: unknown) => value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
const text = (value: unknown) => (typeof value === "string" ? value : "");

function partition({ partition: number }: Fields<{ partition: unknown }>, path: string, errors: FieldError[]): void {
  if (typeof number === "number" && (number < 0 || number > 255))
    errors.push(invalid(`${path}.partition`, number, rangeProblem(1, 255)));
}

/** A reference to a secret needs its name; that of a persistent volume also its namespace. */
function secretName({ secretRef }: Fields<{ secretRef: unknown }>, path: string, errors: FieldError[]): void {
  if (secretRef && !(secretRef as { name?: string }).name) errors.push(required(`${path}.secretRef.name`));
}

const all =
  (...checks: Check[]): Check =>
  (source, path, errors) => {
    for (const check of checks) check(source, path, errors);
  };

/** Each with the path under which Kubernetes reports errors, if that differs from the field. */
export const SHARED_SOURCES: Readonly<Record<string, { readonly as?: string; readonly check: Check }>> = {
  hostPath: { check: hostPath },
  gitRepo: {
    check: (source, path, errors) => {
      need("repository")(source, path, errors);
      validateRelativePath(text(source.directory), `${path}.directory`, errors);
    },
  },
  gcePersistentDisk: { as: "persistentDisk", check: all(need("pdName"), partition) },
  awsElasticBlockStore: { check: all(need("volumeID"), partition) },
  nfs: { check: nfs },
  iscsi: { check: iscsi },
  glusterfs: { check: need("endpoints", "path") },
  flocker: { check: flocker },
  rbd: { check: need("monitors", "image") },
  cinder: { check: all(need("volumeID"), secretName) },
  cephfs: { check: need("monitors") },
  quobyte: { check: quobyte },
  fc: { check: fibreChannel },
  flexVolume: { check: flexVolume },
  azureFile: { check: need("secretName", "shareName") },
  vsphereVolume: { check: need("volumePath") },
  photonPersistentDisk: { check: need("pdID") },
  portworxVolume: { check: need("volumeID") },
  azureDisk: { check: azureDisk },
  storageos: { check: all(storageOs, secretName) },
  scaleIO: { check: need("gateway", "system", "volumeName") },
  csi: { check: csi },
};

export function validateSharedSource(
  holder: Volume | PersistentVolumeSpec,
  type: string,
  { path, errors }: { path: string; errors: FieldError[] },
): void {
  const source = SHARED_SOURCES[type];
  const value = (holder as Record<string, Record<string, unknown> | undefined>)[type];
  if (source && value) source.check(value, `${path}.${source.as ?? type}`, errors);
}

function hostPath(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  const directory = text(source.path);
  if (!directory) return void errors.push(required(`${path}.path`));
  validateNoBacksteps(directory, `${path}.path`, errors);
  const type = source.type;
  if (typeof type === "string" && !HOST_PATH_TYPES.includes(type))
    errors.push(notSupported(`${path}.type`, type, HOST_PATH_TYPES));
}

function nfs(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  need("server", "path")(source, path, errors);
  const directory = text(source.path);
  if (!directory.startsWith("/")) errors.push(invalid(`${path}.path`, directory, "must be an absolute path"));
}

const ISCSI_NAMES = [
  ["iqn", /iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/],
  ["eui", /^eui.[A-Za-z0-9]{16}$/],
  ["naa", /^naa.[A-Za-z0-9]{32}$/],
] as const;

export function iscsiNameProblem(name: string): string | undefined {
  const known = ISCSI_NAMES.find(([prefix]) => name.startsWith(prefix));
  if (!known) return "must be valid format starting with iqn, eui, or naa";
  return known[1].test(name) ? undefined : "must be valid format";
}

function iscsiName(name: string, path: string, errors: FieldError[]): void {
  const problem = iscsiNameProblem(name);
  if (problem) errors.push(invalid(path, name, problem));
}

/** The rules for a target shared by pods' and persistent volumes. */
export function validateIscsiAccess(
  {
    lun,
    chapAuthDiscovery,
    chapAuthSession,
    secretRef,
  }: Pick<ISCSIPersistentVolumeSource, "chapAuthDiscovery" | "chapAuthSession"> &
    Fields<{ lun: unknown; secretRef: unknown }>,
  path: string,
  errors: FieldError[],
): void {
  if (typeof lun === "number" && (lun < 0 || lun > 255)) errors.push(invalid(`${path}.lun`, lun, rangeProblem(0, 255)));
  if ((chapAuthDiscovery || chapAuthSession) && !secretRef) errors.push(required(`${path}.secretRef`));
}

function iscsi(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  need("targetPortal", "iqn")(source, path, errors);
  if (text(source.iqn)) iscsiName(text(source.iqn), `${path}.iqn`, errors);
  validateIscsiAccess(source, path, errors);
  const initiator = source.initiatorName;
  if (typeof initiator === "string") iscsiName(initiator, `${path}.initiatorname`, errors);
}

function flocker(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  const name = text(source.datasetName);
  const uuid = text(source.datasetUUID);
  if (!name && !uuid) errors.push(required(path, "one of datasetName and datasetUUID is required"));
  if (name && uuid)
    errors.push(invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously"));
  if (name.includes("/")) errors.push(invalid(`${path}.datasetName`, name, "must not contain '/'"));
}

function quobyte(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  const registry = text(source.registry);
  const rule = "must be a host:port pair or multiple pairs separated by commas";
  if (!registry) errors.push(required(`${path}.registry`, rule));
  else if (text(source.tenant).length >= 65)
    errors.push(required(`${path}.tenant`, "must be a UUID and may not exceed a length of 64 characters"));
  // Only once, however many pairs are invalid: each error would contain all of them.
  else if (registry.split(",").some((pair) => !/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair)))
    errors.push(invalid(`${path}.registry`, registry, rule));
  need("volume")(source, path, errors);
}

function fibreChannel(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  const { targetWWNs, wwids, lun } = source;
  if (isEmpty(targetWWNs) && isEmpty(wwids))
    errors.push(required(`${path}.targetWWNs`, "must specify either targetWWNs or wwids, but not both"));
  if (isEmpty(targetWWNs)) return;
  if (!isEmpty(wwids))
    errors.push(invalid(`${path}.targetWWNs`, targetWWNs, "targetWWNs and wwids can not be specified simultaneously"));
  if (typeof lun !== "number") errors.push(required(`${path}.lun`, "lun is required if targetWWNs is specified"));
  else if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, rangeProblem(0, 255)));
}

function flexVolume(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  need("driver")(source, path, errors);
  for (const key of Object.keys((source.options as object | undefined) ?? {})) {
    const [namespace = ""] = key.split("/");
    if (/\.(kubernetes|k8s)\.io$/.test(`.${namespace.toLowerCase()}`))
      errors.push(invalid(`${path}.options[${key}]`, key, "kubernetes.io and k8s.io namespaces are reserved"));
  }
}

function azureDisk(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  need("diskName", "diskURI")(source, path, errors);
  const caching = text(source.cachingMode);
  const cachingModes = ["None", "ReadOnly", "ReadWrite"];
  if (source.cachingMode !== undefined && !cachingModes.includes(caching))
    errors.push(notSupported(`${path}.cachingMode`, caching, cachingModes));
  const kind = text(source.kind);
  const kinds = ["Dedicated", "Managed", "Shared"];
  if (source.kind === undefined) return;
  if (!kinds.includes(kind)) errors.push(notSupported(`${path}.kind`, kind, kinds));
  const uri = text(source.diskURI);
  if (kind === "Managed" ? !uri.startsWith("/subscriptions/") : !uri.startsWith("https://"))
    errors.push(
      notSupported(`${path}.diskURI`, uri, [
        kind === "Managed"
          ? "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
          : "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd",
      ]),
    );
}

function storageOs(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  const name = text(source.volumeName);
  if (!name) errors.push(required(`${path}.volumeName`));
  for (const field of ["volumeName", "volumeNamespace"]) {
    const value = text(source[field]);
    if (value) for (const problem of dnsLabel(value)) errors.push(invalid(`${path}.${field}`, value, problem));
  }
}

function csi(source: Record<string, unknown>, path: string, errors: FieldError[]): void {
  validateDriverName(text(source.driver), `${path}.driver`, errors);
  const secret = source.nodePublishSecretRef as { name?: string } | undefined;
  if (!secret) return;
  if (!secret.name) errors.push(required(`${path}.nodePublishSecretRef.name`));
  else for (const problem of dnsSubdomain(secret.name)) errors.push(invalid(`${path}.name`, secret.name, problem));
}

/** The name of a CSI driver, in any case. */
export function validateDriverName(name: string, path: string, errors: FieldError[]): void {
  if (!name) {
    errors.push(required(path));
    return;
  }
  if (name.length > 63) errors.push(tooLong(path, 63));
  for (const problem of dnsSubdomain(name.toLowerCase())) errors.push(invalid(path, name, problem));
}
