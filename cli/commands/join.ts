import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { exchangeToken, Unreachable } from "../join/exchange-token.ts";
import { fetchAuthority } from "../join/fetch-authority.ts";
import { type Connection, parseKubeconfig, renderKubeconfig } from "../kubeconfig.ts";
import { Progress } from "../progress.ts";
import { untilInterrupted } from "../signals.ts";
import { agentOptionsOf, type NodeOptions, withNodeOptions } from "./node-options.ts";

interface JoinOptions extends NodeOptions {
  readonly token?: string;
  readonly dataDir: string;
  readonly caFile?: string;
  readonly caCertHash?: string;
}

export const joinCommand = (): Command =>
  withNodeOptions(new Command("join"))
    .summary("make this machine a node of a control plane, anywhere")
    .description(
      'Makes this machine a node of the control plane at URL, until Ctrl-C. It makes outbound connections only, so it may be behind any NAT. "sailplane token create" on the control plane prints the whole command.',
    )
    .argument("<url>", "the control plane, such as https://plane.example.com", parseUrl)
    .addOption(new Option("--token <token>", "the token that lets it in; not needed again once it has joined"))
    .addOption(
      new Option(
        "--ca-cert-hash <hash>",
        "sha256:HEX of the control plane's authority; where its certificate is its own",
      ),
    )
    .addOption(new Option("--ca-file <file>", "the control plane's authority as PEM, instead of the hash"))
    .addOption(
      new Option("-d, --data-dir <dir>", "where the node keeps its identity and its pods").default(".sailplane-node"),
    )
    .action(join);

async function join(url: URL, options: JoinOptions): Promise<void> {
  const progress = new Progress(process.stdout, process.env);
  const interrupted = untilInterrupted();
  const directory = new DataDirectory(options.dataDir);
  process.once("exit", () => directory.release());

  const server = url.href.replace(/\/$/, "");
  progress.begin("control plane", `${server} joining`);
  const connection = await connect(directory, server, options);
  directory.write("kubeconfig", renderKubeconfig(options.nodeName, connection));
  progress.end("control plane", server);

  const stop = new AbortController();
  const { runAgent } = await import("../../agent/main.ts");
  const agent = runAgent({
    connection,
    ...agentOptionsOf(options),
    dataDirectory: directory.path,
    say: (message) => progress.warn("node", message),
    signal: stop.signal,
    // As under a kubelet that is restarted: the next start adopts them.
    endsProcesses: false,
  });
  progress.say(`\n  Node ${options.nodeName} is running. Ctrl-C ends it.`);
  const ended = await Promise.race([
    interrupted,
    agent.catch((error: unknown) => {
      throw new CliError(`the node ended: ${error instanceof Error ? error.message : error}`);
    }),
  ]);
  stop.abort();
  await agent.catch(() => {});
  progress.say(`  Node ${options.nodeName} stopped${ended ? ` on ${ended}` : ""}.`);
  process.exit(0);
}

/**
 * The node's own connection: with a token a new one, without it what an earlier join to the same control plane left,
 * renewed. A node whose control plane is away starts all the same, and keeps its pods running.
 */
async function connect(directory: DataDirectory, server: string, options: JoinOptions): Promise<Connection> {
  if (options.token === undefined) {
    const known = parseKubeconfig(directory.read("kubeconfig") ?? "");
    if (known?.server !== server) {
      throw new CliError('a first join needs --token; "sailplane token create" on the control plane makes one');
    }
    return exchangeToken(known, options.nodeName).catch((error) => {
      if (error instanceof Unreachable) return known;
      throw error;
    });
  }
  const ca = options.caFile ? readAuthority(options.caFile) : await fetchAuthority(server, options.caCertHash);
  return exchangeToken({ server, token: options.token, ...(ca && { ca }) }, options.nodeName);
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`cannot read --ca-file ${file}: ${(error as Error).message}`);
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse?.(text) ?? (URL.canParse(text) ? new URL(text) : null);
  if (url?.protocol !== "https:") throw new InvalidArgumentError("It is an https:// address.");
  return url;
}
