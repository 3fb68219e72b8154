import { resolve } from "node:path";
import { Command, Option } from "commander";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { type ConnectOptions, connectNode, nodeNameFor, withConnectOptions } from "../join/connect-node.ts";
import { saveKubeconfig } from "../kubeconfig.ts";
import { expectSystemd, type Service, startService, unitFileOf, unitOf } from "../systemd/service.ts";
import { type NodeOptions, nodeWords, withNodeOptions } from "./node-options.ts";

interface InstallOptions extends NodeOptions, ConnectOptions {
  readonly dataDir: string;
  readonly print?: true;
}

const NAME = "sailplane-node";

/** Where vendors' drivers and collectors of logs look for a node. */
const PLACES = { kubeletDir: "/var/lib/kubelet", podLogsDir: "/var/log/pods" };

export const installCommand = (): Command =>
  withNodeOptions(withConnectOptions(new Command("install")))
    .summary("make this machine a node, as a systemd service")
    .description(
      `Makes this machine a node of the control plane at URL, like \`join\`, as a systemd service: it writes ${unitFileOf(NAME)}, and starts it now and at every boot. Pods keep running while the service restarts. \`sailplane leave\` ends it.`,
    )
    .addOption(
      new Option("-d, --data-dir <dir>", "the directory for the node's identity and its pods").default(
        "/var/lib/sailplane",
      ),
    )
    .addOption(new Option("--print", "only print the unit; neither join nor write anything"))
    .action(install);

async function install(url: URL, given: InstallOptions, command: Command): Promise<void> {
  const server = url.href.replace(/\/$/, "");
  const dataDir = resolve(given.dataDir);
  const options = { ...given, nodeName: nodeNameFor(command, dataDir) };
  const service = serviceFor(server, { ...PLACES, ...options, dataDir });
  if (options.print) {
    process.stdout.write(unitOf(service));
    return;
  }
  expectSystemd();
  const directory = new DataDirectory(dataDir);
  try {
    const { connection, isKnown } = await connectNode(directory, server, options);
    saveKubeconfig(directory.path, options.nodeName, connection);
    if (isKnown && options.token) console.log(`${options.nodeName} has joined before: --token is not needed`);
  } finally {
    directory.release();
  }
  startService(service);
  console.log(`${options.nodeName} is a node of ${server}; "journalctl -u ${NAME}" shows its log`);
}

/** The token has been exchanged already: the unit contains no secret. */
const serviceFor = (server: string, options: InstallOptions): Service => ({
  name: NAME,
  description: "Sailplane node",
  words: ["join", server, "--data-dir", options.dataDir, ...nodeWords(options)],
});
