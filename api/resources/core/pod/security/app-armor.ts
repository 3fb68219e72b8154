/** Converts AppArmor profiles in a pod's annotations to the fields that replaced them. */
import type { AppArmorProfile, Pod } from "../../../../generated/core.v1.ts";
import type { FieldError } from "../../../../machinery/field-error.ts";
import { deepEqual } from "../../../../machinery/json/deep-equal.ts";
import { APP_ARMOR } from "../annotations.ts";
import { visitContainers } from "../visit-containers.ts";
import { validateAppArmor } from "./security-context.ts";

export function adoptAppArmorAnnotations({ metadata, spec }: Pod, warnings: string[]): void {
  const { annotations } = metadata;
  if (!annotations || spec.os?.name === "windows") return;
  visitContainers(spec, "spec", (container) => {
    const key = APP_ARMOR + container.name;
    const annotation = annotations[key];
    if (annotation === undefined || container.securityContext?.appArmorProfile) return;
    const profile = profileOf(annotation);
    // The pod's own profile already says so, in a field.
    if (profile && deepEqual(profile, spec.securityContext?.appArmorProfile)) return;
    if (profile) container.securityContext = { ...container.securityContext, appArmorProfile: profile };
    warnings.push(`metadata.annotations[${key}]: ${APP_ARMOR_DEPRECATED}`);
  });
}

export const APP_ARMOR_DEPRECATED = 'deprecated since v1.30; use the "appArmorProfile" field instead';

const LOCAL = "localhost/";

function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === "unconfined") return { type: "Unconfined" };
  if (annotation === "runtime/default") return { type: "RuntimeDefault" };
  if (!annotation.startsWith(LOCAL)) return undefined;
  const profile: AppArmorProfile = { type: "Localhost", localhostProfile: annotation.slice(LOCAL.length) };
  const errors: FieldError[] = [];
  validateAppArmor(profile, "", errors);
  return errors.length === 0 ? profile : undefined;
}
