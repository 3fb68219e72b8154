import { basename, delimiter, sep } from "node:path";
import type { ContainerConfig, Mount } from "../container.ts";

const INHERITED = ["PATH", "HOME", "LANG", "TMPDIR", "USER"];

/** Mounted into every container, asked for or not. */
const EVERYWHERE = new Set(["/dev/termination-log", "/etc/hosts", "/var/run/secrets/kubernetes.io/serviceaccount"]);

/** What a command finds in its environment: some of the agent's own, where its volumes are on the machine, and what it asks for. */
export function environmentOf({ env, mounts }: ContainerConfig, hostname: string): ContainerConfig["env"] {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [{ name, value: name === "PATH" ? withoutNpm(value) : value }];
  });
  const places = mounts.map(({ containerPath, hostPath }) => ({ name: variableOf(containerPath), value: hostPath }));
  const given = [...inherited, { name: "HOSTNAME", value: hostname }, ...places];
  return [...given.filter(({ name }) => !env.some((variable) => variable.name === name)), ...env];
}

/** That the volumes a container asks for are not where it asks for them, and where they are; undefined without any. */
export function unmounted({ mounts }: ContainerConfig): string | undefined {
  const asked = mounts.filter(({ containerPath }) => !EVERYWHERE.has(containerPath));
  if (asked.length === 0) return undefined;
  const places = asked.map(({ containerPath }: Mount) => `${containerPath} is at $${variableOf(containerPath)}`);
  return `a plain process has no file system of its own: ${places.join(", ")}`;
}

const variableOf = (containerPath: string): string =>
  `SAILPLANE_MOUNT_${containerPath.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/^_/, "")}`;

/** `npm start` and `npx` put the programs of this project's dependencies before the machine's own: they are not for pods. */
const withoutNpm = (path: string): string =>
  path
    .split(delimiter)
    .filter(
      (directory) => !directory.endsWith(`${sep}node_modules${sep}.bin`) && basename(directory) !== "node-gyp-bin",
    )
    .join(delimiter);
