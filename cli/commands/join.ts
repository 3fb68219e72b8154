import { Command, Option } from "commander";
import { errorMessage } from "../../api/error-message.ts";
import { CliError } from "../cli-error.ts";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { type ConnectOptions, connectNode, nodeNameFor, withConnectOptions } from "../join/connect-node.ts";
import { exchangeToken } from "../join/exchange-token.ts";
import { type Connection, reserveKubeconfig, saveKubeconfig } from "../kubeconfig.ts";
import { pathFromHere } from "../path-from-here.ts";
import { Progress } from "../progress.ts";
import { untilInterrupted } from "../signals.ts";
import { type NodeOptions, withNodeOptions } from "./node-options.ts";

interface JoinOptions extends NodeOptions, ConnectOptions {
  readonly dataDir: string;
}

export const joinCommand = (): Command =>
  withNodeOptions(withConnectOptions(new Command("join")))
    .summary("make this machine a node of a control plane elsewhere")
    .description(
      'Makes this machine a node of the control plane at URL, until Ctrl-C. It makes outbound connections only, so it may be behind any NAT. "sailplane token create" on the control plane prints the complete command.',
    )
    .addOption(
      new Option("-d, --data-dir <dir>", "the directory for the node's identity and its pods").default(
        ".sailplane-node",
      ),
    )
    .action(join);

async function join(url: URL, given: JoinOptions, command: Command): Promise<void> {
  const nodeName = nodeNameFor(command, given.dataDir);
  const options = { ...given, nodeName };
  const progress = new Progress(process.stdout, process.env);
  const interrupted = untilInterrupted();
  const directory = new DataDirectory(options.dataDir);
  process.once("exit", () => directory.release());

  const server = url.href.replace(/\/$/, "");
  progress.begin("control plane", `${server} joining`);
  const { connection, isKnown } = await connectNode(directory, server, options);
  saveKubeconfig(directory.path, nodeName, connection);
  progress.end("control plane", isKnown && options.token ? `${server}, joined before: --token is not needed` : server);

  progress.begin("node", `${nodeName} starting`);
  const node = await startNode(connection, { ...options, directory, progress });
  const why = await Promise.race([node.left, interrupted]);
  progress.print();
  progress.begin("stopping", "");
  const podsGoOn = await node.stop();
  if (why === "left") {
    directory.remove("kubeconfig");
    progress.end("left", `${nodeName} is forgotten; to come again it needs a new token`);
  } else {
    progress.end("stopped", `on ${why}; the state stays in ${pathFromHere(directory.path)}`);
    if (podsGoOn) progress.print("                   pods keep running; the next start adopts them");
  }
  process.exit(0);
}

interface JoinedNode {
  /** Settles when the node's object has been deleted; fails if the node fails. */
  readonly left: Promise<"left">;
  /** Returns whether its pods keep running. */
  stop(): Promise<boolean>;
}

async function startNode(
  connection: Connection,
  options: NodeOptions & { readonly directory: DataDirectory; readonly progress: Progress },
): Promise<JoinedNode> {
  const { nodeName, directory, progress } = options;
  const { superviseAgent } = await import("../../agent/main.ts");
  const abort = new AbortController();
  let onLeft = () => {};
  const left = new Promise<"left">((resolve) => {
    onLeft = () => resolve("left");
  });
  let isReady = false;
  const agent = superviseAgent({
    connection,
    renew: async (token) => {
      reserveKubeconfig(directory.path, nodeName, { ...connection, token });
      const renewed = await exchangeToken({ ...connection, token }, nodeName);
      saveKubeconfig(directory.path, nodeName, renewed);
      return renewed.token;
    },
    nodeName,
    runtime: options.runtime,
    settings: options,
    dataDirectory: directory.path,
    print: (message) => progress.warn("node", message),
    signal: abort.signal,
    onReady: () => {
      if (isReady) return;
      isReady = true;
      progress.end("node", `${nodeName} is Ready`);
      progress.print("\nCtrl-C ends it.");
    },
    onLeft,
    // As with a restarted kubelet: the next start adopts them.
    endsProcesses: false,
  });
  const failed = agent.then(
    () => left,
    (error: unknown) => {
      throw new CliError(`the node ended: ${errorMessage(error)}`);
    },
  );
  return {
    left: Promise.race([left, failed]),
    async stop() {
      abort.abort();
      const end = await agent.catch(() => undefined);
      return end?.podsGoOn === true;
    },
  };
}
