/** What `sailplane install` and `sailplane up --install` have in common: a command that systemd runs with the machine. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CliError } from "../cli-error.ts";
import { systemdUnit } from "./unit.ts";

export interface Service {
  /** Of the unit, without `.service`. */
  readonly name: string;
  readonly description: string;
  /** What `sailplane` is called with. */
  readonly words: readonly string[];
}

/** What the service is to find in its environment as this command does. */
const KEPT = ["CONTAINER_RUNTIME_ENDPOINT", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];

export const unitFileOf = (name: string): string => `/etc/systemd/system/${name}.service`;

/** Paths among the words are seen from where this command is. */
export const unitOf = ({ description, words }: Service): string => {
  const launcher = fileURLToPath(new URL("../cli/sailplane.mjs", import.meta.url));
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return systemdUnit({
    description,
    command: [process.execPath, launcher, ...words],
    directory: process.cwd(),
    environment: Object.fromEntries(kept),
  });
};

/** Fails where nothing can be installed; asked before anything is changed. */
export function expectSystemd(): void {
  if (process.getuid?.() !== 0) throw new CliError("only root can install a service: run it with sudo");
  if (!existsSync("/run/systemd/system"))
    throw new CliError("this machine has no systemd: run the command under what it has, or see --print");
}

/** Starts it now, and with the machine. */
export function startService(service: Service): void {
  const { name } = service;
  writeFileSync(unitFileOf(name), unitOf(service), { mode: 0o644 });
  execFileSync("systemctl", ["daemon-reload"]);
  const started = spawnSync("systemctl", ["enable", "--now", name], { encoding: "utf8" });
  if (started.status !== 0) throw new CliError(`systemctl: ${started.stderr.trim()}`);
}
