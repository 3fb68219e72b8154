/** What `kubectl debug` would add to a pod. */
import type { EphemeralContainer } from "../../api/generated/core.v1.ts";
import type { ObjectName } from "../api/kind.ts";

/** kubectl's names for what a debug container may do. */
export type Profile = keyof typeof PROFILES;

export const PROFILES = {
  general: { title: "look at the target's processes", context: { capabilities: { add: ["SYS_PTRACE"] } } },
  baseline: { title: "nothing further", context: undefined },
  restricted: {
    title: "what restricted namespaces allow",
    context: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    },
  },
  netadmin: { title: "change the network", context: { capabilities: { add: ["NET_ADMIN", "NET_RAW"] } } },
  sysadmin: { title: "everything", context: { privileged: true } },
} as const;

export interface DebugOptions {
  readonly image: string;
  /** The container whose processes it sees; "" for none. */
  readonly target: string;
  readonly profile: Profile;
  /** Plain processes have neither images, whose command could run, nor terminals. */
  readonly plain: boolean;
}

/** For plain processes, a shell of their machine. */
const SHELL = ["/bin/sh", "-i"];

export function debugContainer(name: string, { image, target, profile, plain }: DebugOptions): EphemeralContainer {
  const { context } = PROFILES[profile];
  return {
    name,
    image,
    stdin: true,
    tty: !plain,
    terminationMessagePolicy: "File",
    ...(target === "" ? {} : { targetContainerName: target }),
    ...(plain ? { command: SHELL } : {}),
    ...(context && !plain ? { securityContext: context as EphemeralContainer["securityContext"] & {} } : {}),
  };
}

/** Without the image's name, which may be any text, until it is valid. */
export function debugCommand({ namespace, name }: ObjectName, { image, target, profile, plain }: DebugOptions): string {
  const flags = [
    `--image=${image}`,
    ...(target === "" ? [] : [`--target=${target}`]),
    ...(plain || profile === "general" ? [] : [`--profile=${profile}`]),
  ];
  const command = plain ? ` -- ${SHELL.join(" ")}` : "";
  return `kubectl debug ${plain ? "-i" : "-it"} -n ${namespace} ${name} ${flags.join(" ")}${command}`;
}

/** As a registry's references are written; anything else would not be one shell word. */
export const isImage = (text: string): boolean => /^[\w][\w./:@-]*$/.test(text);
