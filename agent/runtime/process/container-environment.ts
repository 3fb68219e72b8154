import { basename, delimiter, sep } from "node:path";
import type { ContainerConfig, Mount } from "../container.ts";

const INHERITED = ["PATH", "HOME", "LANG", "TMPDIR", "USER"];

/** Mounted into every container, whether or not it is requested. */
const EVERYWHERE = new Set(["/dev/termination-log", "/etc/hosts", "/var/run/secrets/kubernetes.io/serviceaccount"]);

/**
 * A command's environment: some of the agent's own variables, the locations of its volumes on the machine, and the
 * variables in its spec.
 */
export function environmentOf({ env, mounts }: ContainerConfig, hostname: string): ContainerConfig["env"] {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [{ name, value: name === "PATH" ? withoutNpm(value) : value }];
  });
  const places = mounts.map(({ containerPath, hostPath }) => ({ name: variableOf(containerPath), value: hostPath }));
  const given = [...inherited, { name: "HOSTNAME", value: hostname }, ...places];
  return [...given.filter(({ name }) => !env.some((variable) => variable.name === name)), ...env];
}

/**
 * The message that the volumes of a container are not at their mount paths, and where they are; undefined if it has
 * none.
 */
export function unmounted({ mounts }: ContainerConfig): string | undefined {
  const requested = mounts.filter(({ containerPath }) => !EVERYWHERE.has(containerPath));
  if (requested.length === 0) return undefined;
  const places = requested.map(({ containerPath }: Mount) => `${containerPath} is at $${variableOf(containerPath)}`);
  return `a plain process has no file system of its own: ${places.join(", ")}`;
}

const variableOf = (containerPath: string): string =>
  `SAILPLANE_MOUNT_${containerPath.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/^_/, "")}`;

/** `npm start` and `npx` put this project's dependencies first in the path: they are not for pods. */
const withoutNpm = (path: string): string =>
  path
    .split(delimiter)
    .filter(
      (directory) => !directory.endsWith(`${sep}node_modules${sep}.bin`) && basename(directory) !== "node-gyp-bin",
    )
    .join(delimiter);
