/** The modes and contents of files in volumes, as read by a container. */
import { expect } from "vitest";
import type { PodSecurityContext, Volume, VolumeMount } from "../../../../api/generated/core.v1.ts";
import { script, type TestNamespace } from "./test-namespace.ts";

/** As in the suite, also if the machine has no SELinux. */
export const SE_LINUX: PodSecurityContext = { seLinuxOptions: { level: "s0" } };

/** A file, how it should look, and the volume that contains it; each is mounted at /v/NAME. */
export interface Reading {
  readonly volume: Omit<Volume, "name">;
  readonly file: string;
  readonly is: string;
  readonly mount?: Partial<VolumeMount>;
}

/** Mounts them all in one pod, and compares each file's mode and content. */
export async function readings(
  ns: TestNamespace,
  name: string,
  all: readonly Reading[],
  securityContext: PodSecurityContext = {},
) {
  const paths = all.map(({ file }, i) => `/v/v${i}${file === "" ? "" : `/${file}`}`);
  const text = paths.map((path) => `p=$(readlink -f ${path}); echo "$(stat -c %A $p) $(cat $p)"`).join("; ");
  const printed = await ns.output({
    name,
    securityContext: { ...SE_LINUX, ...securityContext },
    volumes: all.map(({ volume }, i) => ({ name: `v${i}`, ...volume })),
    containers: [
      {
        ...script(text),
        volumeMounts: all.map(({ mount }, i) => ({ name: `v${i}`, mountPath: `/v/v${i}`, ...mount })),
      },
    ],
  });
  expect(printed.trimEnd().split("\n")).toEqual(all.map(({ is }) => is));
}

export const configMap = { name: "settings" };
export const secret = { secretName: "keys" };
export const mapped = (mode?: number) => [
  { key: "data-2", path: "path/to/data-2", ...(mode === undefined ? {} : { mode }) },
];
export const projected = (source: object, more: object = {}) => ({ projected: { sources: [source], ...more } });
export const of = (volume: Omit<Volume, "name">, file: string, is: string): Reading => ({ volume, file, is });

export async function makeSources(ns: TestNamespace) {
  const data = { "data-1": "value-1", "data-2": "value-2" };
  await Promise.all([ns.configMap("settings", data), ns.secret("keys", data)]);
}

/** Names of the suite with a common beginning. */
export const names = (prefix: string, ...rest: string[]): string[] => rest.map((each) => `${prefix}, ${each}`);
