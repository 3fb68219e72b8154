/** Annotations of pods that Kubernetes interprets: some have been replaced by fields, others are still in use. */
import type { PodSpec } from "../../../generated/core.v1.ts";
import { type FieldError, forbidden, goQuote, invalid } from "../../../machinery/field-error.ts";
import { validateRelativePath } from "../paths.ts";
import { visitContainers } from "./visit-containers.ts";

export const MIRROR = "kubernetes.io/config.mirror";
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
export const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
export const SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
export const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

type Annotations = Readonly<Record<string, string>>;
interface At {
  readonly path: string;
  readonly errors: FieldError[];
}

export function validatePodAnnotations(annotations: Annotations, spec: PodSpec, { path, errors }: At): void {
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && !spec.nodeName)
    errors.push(invalid(`${path}[${MIRROR}]`, mirror, "must set spec.nodeName if mirror pod annotation is set"));
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost))
    errors.push(invalid(`${path}[${DELETION_COST}]`, cost, "must be a 32bit integer"));
  for (const key in annotations) {
    const value = annotations[key] ?? "";
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER))
      validateSeccomp(value, { path: `${path}.${key}`, errors });
    if (key.startsWith(APP_ARMOR)) validateAppArmor(key, value, { path, errors, spec });
  }
}

/** Leading zeros are rejected, so that each number has a single form. */
const isInt32 = (text: string) =>
  /^(0|-?[1-9][0-9]*)$/.test(text) && Number(text) >= -2147483648 && Number(text) <= 2147483647;

function validateSeccomp(profile: string, { path, errors }: At): void {
  if (profile === "runtime/default" || profile === "docker/default" || profile === "unconfined") return;
  if (profile.startsWith("localhost/")) validateRelativePath(profile.slice("localhost/".length), path, errors);
  else errors.push(invalid(path, profile, "must be a valid seccomp profile"));
}

function validateAppArmor(key: string, profile: string, { path, errors, spec }: At & { spec: PodSpec }): void {
  const name = key.slice(APP_ARMOR.length);
  let found = false;
  visitContainers(spec, "spec", (container) => {
    found ||= container.name === name;
  });
  if (!found) errors.push(invalid(`${path}[${key}]`, name, "container not found"));
  if (!["", "runtime/default", "unconfined"].includes(profile) && !profile.startsWith("localhost/"))
    errors.push(invalid(`${path}[${key}]`, profile, `invalid AppArmor profile name: ${goQuote(profile)}`));
}

/** An annotation and the field that replaced it must agree. */
export function validateProfilesMatch(annotations: Annotations, spec: PodSpec, { path, errors }: At): void {
  const ofPod = spec.securityContext;
  if (ofPod?.seccompProfile && annotations[SECCOMP_POD] !== undefined)
    matchProfile("seccomp", annotations[SECCOMP_POD], {
      profile: ofPod.seccompProfile,
      path: `${path}.securityContext.seccompProfile`,
      errors,
    });
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const seccomp = annotations[SECCOMP_CONTAINER + name];
    if (securityContext?.seccompProfile && seccomp !== undefined)
      matchProfile("seccomp", seccomp, {
        profile: securityContext.seccompProfile,
        path: `${at}.securityContext.seccompProfile`,
        errors,
      });
  });
  if (spec.os?.name === "windows") return;
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const profile = securityContext?.appArmorProfile ?? ofPod?.appArmorProfile;
    const annotation = annotations[APP_ARMOR + name];
    if (profile && annotation !== undefined)
      matchProfile("apparmor", annotation, { profile, path: `${at}.securityContext.appArmorProfile`, errors });
  });
}

function matchProfile(
  kind: "seccomp" | "apparmor",
  annotation: string,
  { profile, path, errors }: At & { profile: { type: string; localhostProfile?: string } },
): void {
  const { type, localhostProfile } = profile;
  const agrees =
    type === "Unconfined"
      ? annotation === "unconfined"
      : type === "RuntimeDefault"
        ? annotation === "runtime/default" || (kind === "seccomp" && annotation === "docker/default")
        : type !== "Localhost" || annotation.startsWith("localhost/");
  if (!agrees) errors.push(forbidden(`${path}.type`, `${kind} type in annotation and field must match`));
  else if (type === "Localhost" && annotation.slice("localhost/".length) !== localhostProfile)
    errors.push(forbidden(`${path}.localhostProfile`, `${kind} profile in annotation and field must match`));
}
