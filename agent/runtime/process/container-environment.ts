import type { ContainerConfig } from "../container.ts";

const INHERITED = ["PATH", "HOME", "LANG", "TMPDIR", "USER"];

/** What a command finds in its environment: some of the agent's own, where its volumes are on the machine, and what it asks for. */
export function environmentOf({ env, mounts }: ContainerConfig): ContainerConfig["env"] {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined || env.some((variable) => variable.name === name) ? [] : [{ name, value }];
  });
  const places = mounts.map(({ containerPath, hostPath }) => ({
    name: `SAILPLANE_MOUNT_${containerPath.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/^_/, "")}`,
    value: hostPath,
  }));
  return [...inherited, ...places, ...env];
}
