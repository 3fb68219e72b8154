import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { type ConnectOptions, connectNode, withConnectOptions } from "../join/connect-node.ts";
import { saveKubeconfig } from "../kubeconfig.ts";
import { systemdUnit } from "../node/systemd-unit.ts";
import { type NodeOptions, nodeWords, withNodeOptions } from "./node-options.ts";

interface InstallOptions extends NodeOptions, ConnectOptions {
  readonly dataDir: string;
  readonly print?: true;
}

const SERVICE = "sailplane-node";
const UNIT = `/etc/systemd/system/${SERVICE}.service`;
/** What the service is to find in its environment as this command does. */
const KEPT = ["CONTAINER_RUNTIME_ENDPOINT", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];

export const installCommand = (): Command =>
  withNodeOptions(withConnectOptions(new Command("install")))
    .summary("make this machine a node for good: a service of systemd")
    .description(
      `Makes this machine a node of the control plane at URL, as \`join\` does, and has systemd keep it one: it writes ${UNIT}, and starts it now and with the machine. Pods go on while the service is restarted. \`sailplane leave\` ends it.`,
    )
    .addOption(
      new Option("-d, --data-dir <dir>", "where the node keeps its identity and its pods").default(
        "/var/lib/sailplane",
      ),
    )
    .addOption(new Option("--print", "only print the unit; join nothing, and write nothing"))
    .action(install);

async function install(url: URL, options: InstallOptions): Promise<void> {
  const server = url.href.replace(/\/$/, "");
  const dataDir = resolve(options.dataDir);
  const unit = unitFor(server, { kubeletDir: "/var/lib/kubelet", ...options, dataDir });
  if (options.print) {
    process.stdout.write(unit);
    return;
  }
  if (process.getuid?.() !== 0) throw new CliError("only root can install a service");
  if (!existsSync("/run/systemd/system"))
    throw new CliError("this machine has no systemd: run `sailplane join` under what it has, or see --print");
  const directory = new DataDirectory(dataDir);
  try {
    const { connection, isKnown } = await connectNode(directory, server, options);
    saveKubeconfig(directory.path, options.nodeName, connection);
    if (isKnown && options.token) console.log(`${options.nodeName} has joined before: --token is not needed`);
  } finally {
    directory.release();
  }
  writeFileSync(UNIT, unit, { mode: 0o644 });
  execFileSync("systemctl", ["daemon-reload"]);
  const started = spawnSync("systemctl", ["enable", "--now", SERVICE], { encoding: "utf8" });
  if (started.status !== 0) throw new CliError(`systemctl: ${started.stderr.trim()}`);
  console.log(`${options.nodeName} is a node of ${server}; "journalctl -u ${SERVICE}" shows what it says`);
}

/** The token is traded before: the unit holds no secret. */
function unitFor(server: string, options: InstallOptions): string {
  const launcher = fileURLToPath(new URL("../cli/sailplane.mjs", import.meta.url));
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return systemdUnit({
    command: [process.execPath, launcher, "join", server, "--data-dir", options.dataDir, ...nodeWords(options)],
    environment: Object.fromEntries(kept),
  });
}
