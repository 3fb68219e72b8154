/** The directory where the container runtime looks for CNI configurations. Those of others take precedence. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NetworkDirectories } from "../runtime/runtime.ts";
import { CNI_FILE } from "./cni-config.ts";

const NEEDED = ["bridge", "host-local", "loopback"];

/** The name of a configuration that is not the agent's; undefined if there is none. */
export function othersConfiguration({ configurations }: NetworkDirectories): string | undefined {
  if (!existsSync(configurations)) return undefined;
  return readdirSync(configurations)
    .filter((name) => /\.(conf|conflist|json)$/.test(name) && name !== CNI_FILE)
    .sort()[0];
}

export const missingPlugins = ({ plugins }: NetworkDirectories): string[] =>
  NEEDED.filter((name) => !existsSync(join(plugins, name)));

export const hasPlugin = ({ plugins }: NetworkDirectories, name: string): boolean => existsSync(join(plugins, name));

export function writeConfiguration({ configurations }: NetworkDirectories, text: string): void {
  const file = join(configurations, CNI_FILE);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(configurations, { recursive: true });
  // The runtime watches the directory: it must see the file complete, and under no other name that it would read.
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
