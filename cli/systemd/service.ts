/** What `sailplane install` and `sailplane up --install` share: a command that systemd starts with the machine. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CliError } from "../cli-error.ts";
import { systemdUnit } from "./unit.ts";

export interface Service {
  /** The unit's name without `.service`. */
  readonly name: string;
  readonly description: string;
  /** The arguments of `sailplane`. */
  readonly words: readonly string[];
}

/** Environment variables that the service inherits from this command. */
const INHERITED_VARIABLES = ["CONTAINER_RUNTIME_ENDPOINT", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];

export const unitFileOf = (name: string): string => `/etc/systemd/system/${name}.service`;

/** Relative paths among the arguments are relative to the current directory. */
export const unitOf = ({ description, words }: Service): string => {
  const launcher = fileURLToPath(new URL("../cli/sailplane.mjs", import.meta.url));
  const inherited = INHERITED_VARIABLES.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  return systemdUnit({
    description,
    command: [process.execPath, launcher, ...words],
    directory: process.cwd(),
    environment: Object.fromEntries(inherited),
  });
};

/** Fails if nothing can be installed; called before anything is changed. */
export function expectSystemd(): void {
  if (process.getuid?.() !== 0) throw new CliError("only root can install a service: run it with sudo");
  if (!existsSync("/run/systemd/system"))
    throw new CliError("this machine has no systemd: run the command with another supervisor, or see --print");
}

/** Starts it now, and with every start of the machine. */
export function startService(service: Service): void {
  const { name } = service;
  writeFileSync(unitFileOf(name), unitOf(service), { mode: 0o644 });
  execFileSync("systemctl", ["daemon-reload"]);
  const started = spawnSync("systemctl", ["enable", "--now", name], { encoding: "utf8" });
  if (started.status !== 0) throw new CliError(`systemctl: ${started.stderr.trim()}`);
}
