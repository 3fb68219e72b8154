import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  Sysctl,
} from "../../../../generated/core.v1.ts";
import { utf8Length } from "../../../../machinery/encoding/utf8.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from "../../../../machinery/field-error.ts";
import { unixId } from "../../../../machinery/names.ts";
import { internalForm } from "../../../internal-form.ts";
import { validateRelativePath } from "../../paths.ts";
import { type PodCheck, WINDOWS_ONLY } from "../pod-check.ts";
import { visitContainers } from "../visit-containers.ts";
import { validateWindowsOptions } from "./windows-options.ts";

const SECCOMP: readonly string[] = ["Localhost", "RuntimeDefault", "Unconfined"];
const SYSCTL = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const isSysctl = new RegExp(`^${SYSCTL}$`);

export function validateSecurityContext(context: SecurityContext, path: string, check: PodCheck): void {
  const { errors, spec } = check;
  validateId(context.runAsUser, `${path}.runAsUser`, errors);
  validateId(context.runAsGroup, `${path}.runAsGroup`, errors);
  const { procMount } = context;
  if (procMount !== undefined) {
    if (procMount !== "Default" && procMount !== "Unmasked")
      errors.push(notSupported(`${path}.procMount`, procMount, ["Default", "Unmasked"]));
    if (procMount === "Unmasked" && spec.hostUsers !== false)
      errors.push(invalid(`${path}.procMount`, procMount, "`hostUsers` must be false to use `Unmasked`"));
  }
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors);
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged)
      errors.push(
        invalid(
          path,
          internalForm("core.v1.SecurityContext", context),
          "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
        ),
      );
    for (const capability of context.capabilities?.add ?? [])
      if (capability === "CAP_SYS_ADMIN")
        errors.push(
          invalid(
            path,
            internalForm("core.v1.SecurityContext", context),
            "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
          ),
        );
  }
  if (context.windowsOptions) validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, errors);
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors);
}

export function validatePodSecurityContext(context: PodSecurityContext, path: string, check: PodCheck): void {
  const { errors, options, spec } = check;
  validateId(context.fsGroup, `${path}.fsGroup`, errors);
  validateId(context.runAsUser, `${path}.runAsUser`, errors);
  validateId(context.runAsGroup, `${path}.runAsGroup`, errors);
  context.supplementalGroups?.forEach((group, i) => {
    validateId(group, `${path}.supplementalGroups[${i}]`, errors);
  });
  if (spec.shareProcessNamespace && spec.hostPID)
    errors.push(
      invalid(`${path}.shareProcessNamespace`, true, "ShareProcessNamespace and HostPID cannot both be enabled"),
    );
  if (context.sysctls) validateSysctls(context.sysctls, `${path}.sysctls`, check);
  validateChoice(context.fsGroupChangePolicy, ["Always", "OnRootMismatch"], {
    path: `${path}.fsGroupChangePolicy`,
    errors,
  });
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors);
  if (context.windowsOptions) validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, errors);
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors);
  validateChoice(context.supplementalGroupsPolicy, ["Merge", "Strict"], {
    path: `${path}.supplementalGroupsPolicy`,
    errors,
  });
  // The other policy is behind a gate that is off in Kubernetes 1.36, except where there is a policy already.
  const isNew = options.old?.securityContext?.seLinuxChangePolicy === undefined;
  validateChoice(context.seLinuxChangePolicy, isNew ? ["Recursive"] : ["MountOption", "Recursive"], {
    path: `${path}.seLinuxChangePolicy`,
    errors,
  });
}

function validateChoice(
  value: string | undefined,
  allowed: readonly string[],
  { path, errors }: { path: string; errors: FieldError[] },
): void {
  if (value !== undefined && !allowed.includes(value)) errors.push(notSupported(path, value, allowed));
}

function validateId(id: number | undefined, path: string, errors: FieldError[]): void {
  if (id !== undefined) for (const problem of unixId(id)) errors.push(invalid(path, id, problem));
}

function validateSysctls(sysctls: readonly Sysctl[], path: string, { spec, errors }: PodCheck): void {
  const seen = new Set<string>();
  sysctls.forEach(({ name = "" }, i) => {
    const at = `${path}[${i}].name`;
    if (!name) errors.push(required(at));
    else if (utf8Length(name) > 253 || !isSysctl.test(name))
      errors.push(invalid(at, name, `must have at most 253 characters and match regex ^${SYSCTL}$`));
    else if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    const dotted = name.replaceAll("/", ".");
    if (spec.hostNetwork && dotted.startsWith("net."))
      errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    else if (spec.hostIPC && /^(kernel\.(shm|msg)|kernel\.sem$|fs\.mqueue\.)/.test(dotted))
      errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
  });
}

function validateSeccomp(profile: SeccompProfile | undefined, path: string, errors: FieldError[]): void {
  if (!profile) return;
  const { type, localhostProfile } = profile;
  if (!type) errors.push(required(`${path}.type`, "type is required when seccompProfile is set"));
  else if (!SECCOMP.includes(type)) errors.push(notSupported(`${path}.type`, type, SECCOMP));
  if (type === "Localhost") {
    if (localhostProfile === undefined)
      errors.push(required(`${path}.localhostProfile`, "must be set when seccomp type is Localhost"));
    else validateRelativePath(localhostProfile, `${path}.localhostProfile`, errors);
  } else if (localhostProfile !== undefined)
    errors.push(
      invalid(
        `${path}.localhostProfile`,
        { Type: type, LocalhostProfile: localhostProfile },
        "can only be set when seccomp type is Localhost",
      ),
    );
}

export function validateAppArmor(profile: AppArmorProfile | undefined, path: string, errors: FieldError[]): void {
  if (!profile) return;
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  if (!type) errors.push(required(`${path}.type`, "type is required when appArmorProfile is set"));
  else if (!SECCOMP.includes(type)) errors.push(notSupported(`${path}.type`, type, SECCOMP));
  else if (type !== "Localhost") {
    if (localhostProfile !== undefined)
      errors.push(invalid(at, localhostProfile, "can only be set when AppArmor type is Localhost"));
  } else if (localhostProfile === undefined) errors.push(required(at, "must be set when AppArmor type is Localhost"));
  else {
    if (localhostProfile.trim() !== localhostProfile)
      errors.push(invalid(at, localhostProfile, "must not be padded with whitespace"));
    else if (localhostProfile === "") errors.push(required(at, "must be set when AppArmor type is Localhost"));
    if (utf8Length(localhostProfile) > 4095) errors.push(tooLong(at, 4095));
  }
}

/** Host namespaces and raw block devices are incompatible with a user namespace; some paths have Kubernetes' Go names. */
export function validateHostUsers(spec: PodSpec, path: string, errors: FieldError[]): void {
  if (spec.hostUsers !== false) return;
  const rule = "when `hostUsers` is false";
  if (spec.hostNetwork) errors.push(forbidden(`${path}.hostNetwork`, rule));
  if (spec.hostPID) errors.push(forbidden(`${path}.HostPID`, rule));
  if (spec.hostIPC) errors.push(forbidden(`${path}.HostIPC`, rule));
  for (const list of ["initContainers", "containers", "ephemeralContainers"] as const)
    spec[list]?.forEach(({ volumeDevices }, i) => {
      if (volumeDevices?.length) errors.push(forbidden(`${path}.${list}[${i}].volumeDevices`, rule));
    });
}

/** In the order in which Kubernetes checks them; some are in the pod's spec. */
const POD_FIELDS_OF_LINUX = [
  "appArmorProfile",
  "seLinuxOptions",
  "hostUsers",
  "hostPID",
  "hostIPC",
  "seccompProfile",
  "fsGroup",
  "fsGroupChangePolicy",
  "sysctls",
  "shareProcessNamespace",
  "runAsUser",
  "runAsGroup",
  "supplementalGroups",
  "supplementalGroupsPolicy",
  "seLinuxChangePolicy",
] as const;
const CONTAINER_FIELDS_OF_LINUX = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
] as const;

/** A pod that names its OS must not use fields of the other. */
export function validateOs(spec: PodSpec, path: string, errors: FieldError[]): void {
  const { os, securityContext } = spec;
  if (!os) return;
  if (!os.name) return void errors.push(required(`${path}.os.name`));
  if (os.name !== "linux" && os.name !== "windows")
    return void errors.push(notSupported(`${path}.os`, os.name, ["linux", "windows"]));
  if (os.name === "linux") {
    const rule = "windows options cannot be set for a linux pod";
    if (securityContext?.windowsOptions) errors.push(forbidden(`${path}.securityContext.windowsOptions`, rule));
    visitContainers(spec, path, ({ securityContext: own }, at) => {
      if (own?.windowsOptions) errors.push(forbidden(`${at}.securityContext.windowsOptions`, rule));
    });
    return;
  }
  for (const field of POD_FIELDS_OF_LINUX)
    if (isSetOnPod(spec, field))
      errors.push(forbidden(`${path}.${inSpec(field) ? "" : "securityContext."}${field}`, WINDOWS_ONLY));
  visitContainers(spec, path, ({ securityContext: own }, at) => {
    for (const field of CONTAINER_FIELDS_OF_LINUX)
      if (own?.[field] !== undefined) errors.push(forbidden(`${at}.securityContext.${field}`, WINDOWS_ONLY));
  });
}

type PodFieldOfLinux = (typeof POD_FIELDS_OF_LINUX)[number];
type FieldOfSpec = "hostUsers" | "hostPID" | "hostIPC" | "shareProcessNamespace";

const inSpec = (field: PodFieldOfLinux): field is FieldOfSpec =>
  field.startsWith("host") || field === "shareProcessNamespace";

function isSetOnPod(spec: PodSpec, field: PodFieldOfLinux): boolean {
  if (!inSpec(field))
    return field === "sysctls"
      ? Boolean(spec.securityContext?.sysctls?.length)
      : spec.securityContext?.[field] !== undefined;
  return field === "hostPID" || field === "hostIPC" ? spec[field] === true : spec[field] !== undefined;
}
