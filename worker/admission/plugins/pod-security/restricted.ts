/**
 * The `restricted` level: current hardening practice. Ids, versions and wording are those of
 * k8s.io/pod-security-admission.
 */
import type { Volume } from "../../../../api/generated/core.v1.ts";
import { forbiddenSeccomp, inUserNamespace, procMount } from "./baseline.ts";
import { type Check, containersOf, named, namesWhere, type PodLike, plural, quoted, setters, sorted } from "./check.ts";

function privilegeEscalation({ spec }: PodLike) {
  const bad = namesWhere(spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  const detail = `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: "allowPrivilegeEscalation != false", detail };
}

function capabilities({ spec }: PodLike) {
  const beyond = (added: readonly string[] = []) => added.filter((name) => name !== "NET_BIND_SERVICE");
  const notDropping = namesWhere(spec, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes("ALL"));
  const adding = namesWhere(spec, ({ securityContext }) => beyond(securityContext?.capabilities?.add).length > 0);
  const added = sorted(containersOf(spec).flatMap((c) => beyond(c.securityContext?.capabilities?.add)));
  const details = [
    ...(notDropping.length > 0 ? [`${named(notDropping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${named(adding)} must not include ${quoted(added)} in securityContext.capabilities.add`]
      : []),
  ];
  return details.length > 0 ? { reason: "unrestricted capabilities", detail: details.join("; ") } : undefined;
}

const VOLUME_TYPES: ReadonlySet<string> = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);
const NAMED_TYPES: ReadonlySet<string> = new Set([
  "awsElasticBlockStore",
  "azureDisk",
  "azureFile",
  "cephfs",
  "cinder",
  "fc",
  "flexVolume",
  "flocker",
  "gcePersistentDisk",
  "gitRepo",
  "glusterfs",
  "hostPath",
  "iscsi",
  "nfs",
  "photonPersistentDisk",
  "portworxVolume",
  "quobyte",
  "rbd",
  "scaleIO",
  "storageos",
  "vsphereVolume",
]);

function volumeTypes({ spec }: PodLike) {
  const typesOf = (volume: Volume) => Object.keys(volume).filter((field) => field !== "name");
  const bad = (spec.volumes ?? []).filter((volume) => !typesOf(volume).some((type) => VOLUME_TYPES.has(type)));
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map((volume) => typesOf(volume).find((type) => NAMED_TYPES.has(type)) ?? "unknown"));
  const volumes = `${plural(bad.length, "volume")} ${quoted(bad.map(({ name }) => name))}`;
  const restricted = `${plural(types.length, "restricted volume type")} ${quoted(types)}`;
  return { reason: "restricted volume types", detail: `${volumes} ${plural(bad.length, "uses", "use")} ${restricted}` };
}

function runAsNonRoot({ spec }: PodLike) {
  const reason = "runAsNonRoot != true";
  const ofPod = spec.securityContext?.runAsNonRoot;
  const denying = namesWhere(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  const who = setters(ofPod === false, denying);
  if (who !== undefined) return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  if (ofPod === true) return undefined;
  const silent = namesWhere(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` };
}

function runAsRoot({ spec }: PodLike) {
  const bad = namesWhere(spec, ({ securityContext }) => securityContext?.runAsUser === 0);
  const who = setters(spec.securityContext?.runAsUser === 0, bad);
  return who === undefined ? undefined : { reason: "runAsUser=0", detail: `${who} must not set runAsUser=0` };
}

function seccomp(pod: PodLike) {
  const forbidden = forbiddenSeccomp(pod);
  if (forbidden || pod.spec.securityContext?.seccompProfile !== undefined) return forbidden;
  const silent = namesWhere(pod.spec, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  const detail = `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: "seccompProfile", detail };
}

/** Windows has neither capabilities nor seccomp. */
const unlessWindows = (examine: Check["versions"][number][1]) => (pod: PodLike) =>
  pod.spec.os?.name === "windows" ? undefined : examine(pod);

const unlessUserNamespace = (examine: Check["versions"][number][1]) => (pod: PodLike) =>
  inUserNamespace(pod) ? undefined : examine(pod);

const level = "restricted";
export const restrictedChecks: readonly Check[] = [
  {
    id: "allowPrivilegeEscalation",
    level,
    versions: [
      [8, privilegeEscalation],
      [25, unlessWindows(privilegeEscalation)],
    ],
  },
  {
    id: "capabilities_restricted",
    level,
    overrides: ["capabilities_baseline"],
    versions: [
      [22, capabilities],
      [25, unlessWindows(capabilities)],
    ],
  },
  // Since then the weaker level permits pods in a user namespace, and this level does not.
  { id: "procMount_restricted", level, overrides: ["procMount"], versions: [[35, procMount]] },
  { id: "restrictedVolumes", level, overrides: ["hostPathVolumes"], versions: [[0, volumeTypes]] },
  {
    id: "runAsNonRoot",
    level,
    versions: [
      [0, runAsNonRoot],
      [35, unlessUserNamespace(runAsNonRoot)],
    ],
  },
  {
    id: "runAsUser",
    level,
    versions: [
      [23, runAsRoot],
      [35, unlessUserNamespace(runAsRoot)],
    ],
  },
  {
    id: "seccompProfile_restricted",
    level,
    overrides: ["seccompProfile_baseline"],
    versions: [
      [19, seccomp],
      [25, unlessWindows(seccomp)],
    ],
  },
];
