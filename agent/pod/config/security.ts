/** A container's privileges, from the pod's security context and its own. */
import type {
  AppArmorProfile,
  Container,
  Pod,
  SELinuxOptions,
  SeccompProfile,
} from "../../../api/generated/core.v1.ts";
import { ConfigError } from "../../pod-spec/config-error.ts";
import { printPod } from "../../pod-spec/containers.ts";
import type { ContainerSecurity } from "../../runtime/container.ts";
import type { ImageObservation } from "../../runtime/image.ts";
import type {
  NamespaceScope,
  SecurityProfile,
  SeLinuxOptions,
  SupplementalGroupsPolicy,
} from "../../runtime/sandbox.ts";

export const seLinuxOf = ({ user = "", role = "", type = "", level = "" }: SELinuxOptions): SeLinuxOptions => ({
  user,
  role,
  type,
  level,
});

const appArmorOf = ({ type, localhostProfile }: AppArmorProfile): SecurityProfile => ({
  type: type as SecurityProfile["type"],
  localhostRef: localhostProfile ?? "",
});

export interface SeccompSettings {
  /** Of the node's own profiles. */
  readonly directory: string;
  /** Whether containers without a profile get the runtime's (--seccomp-default). */
  readonly isDefault: boolean;
}

export const RUNTIME_DEFAULT: SecurityProfile = { type: "RuntimeDefault", localhostRef: "" };

function seccompOf(spec: SeccompProfile | undefined, { directory, isDefault }: SeccompSettings): SecurityProfile {
  switch (spec?.type) {
    case "RuntimeDefault":
      return RUNTIME_DEFAULT;
    case "Localhost":
      return { type: "Localhost", localhostRef: `${directory}/${spec.localhostProfile ?? ""}` };
    case undefined:
      return isDefault ? RUNTIME_DEFAULT : { type: "Unconfined", localhostRef: "" };
    default:
      return { type: "Unconfined", localhostRef: "" };
  }
}

export const pidScopeOf = (pod: Pod): NamespaceScope =>
  pod.spec.hostPID === true ? "node" : pod.spec.shareProcessNamespace === true ? "pod" : "container";

export const groupsPolicyOf = ({ spec }: Pod): SupplementalGroupsPolicy =>
  spec.securityContext?.supplementalGroupsPolicy === "Strict" ? "Strict" : "Merge";

/** Refuses a container that would run as root despite runAsNonRoot. */
function checkNonRoot(pod: Pod, container: Container, user: number | undefined, image: ImageObservation): void {
  const nonRoot = container.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot;
  if (nonRoot !== true) return;
  const where = `(pod: "${printPod(pod)}", container: ${container.name})`;
  if (user !== undefined) {
    if (user === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  if (image.uid !== undefined) {
    if (image.uid === 0) throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
    return;
  }
  if (image.username !== undefined && image.username !== "")
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
  throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
}

/** Root, unless the image says otherwise: runtimes refuse a group without a user. */
const userOf = ({ uid, username = "" }: ImageObservation): number | undefined =>
  uid ?? (username === "" ? 0 : undefined);

export interface SecurityInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: ImageObservation;
  readonly seccomp: SeccompSettings;
  /** The container whose process namespace an ephemeral container shares. */
  readonly pidTarget?: string;
}

export function containerSecurity({ pod, container, image, seccomp, pidTarget }: SecurityInput): ContainerSecurity {
  const own = container.securityContext ?? {};
  const ofPod = pod.spec.securityContext ?? {};
  const runAsUser = own.runAsUser ?? ofPod.runAsUser;
  const runAsGroup = own.runAsGroup ?? ofPod.runAsGroup;
  checkNonRoot(pod, container, runAsUser, image);
  const user = runAsUser ?? userOf(image);
  const privileged = own.privileged === true;
  const appArmor = own.appArmorProfile ?? ofPod.appArmorProfile;
  const seLinux = own.seLinuxOptions ?? ofPod.seLinuxOptions;
  return {
    privileged,
    ...(user === undefined ? {} : { runAsUser: user }),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
    ...(user === undefined && image.username !== undefined ? { runAsUsername: image.username } : {}),
    supplementalGroups: [...(ofPod.supplementalGroups ?? []), ...(ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup])],
    supplementalGroupsPolicy: groupsPolicyOf(pod),
    readOnlyRoot: own.readOnlyRootFilesystem === true,
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    addCapabilities: own.capabilities?.add ?? [],
    dropCapabilities: own.capabilities?.drop ?? [],
    seccomp: privileged
      ? { type: "Unconfined", localhostRef: "" }
      : seccompOf(own.seccompProfile ?? ofPod.seccompProfile, seccomp),
    ...(appArmor === undefined || privileged ? {} : { appArmor: appArmorOf(appArmor) }),
    ...(seLinux === undefined ? {} : { seLinux: seLinuxOf(seLinux) }),
    pid: pidScopeOf(pod),
    ...(pidTarget === undefined ? {} : { pidTarget }),
    unmaskedProc: own.procMount === "Unmasked",
  };
}
