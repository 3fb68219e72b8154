import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { AgentEnd } from "../../agent/main.ts";
import { errorMessage } from "../../api/error-message.ts";
import { expectControlPlane } from "../clusters/expect-control-plane.ts";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { handOver } from "../control-plane/hand-over.ts";
import { prepareControlPlane } from "../control-plane/prepare.ts";
import { type Companion, runUntilInterrupted } from "../control-plane/run-until-interrupted.ts";
import { exchangeToken, exchangeTokenPatiently } from "../join/exchange-token.ts";
import type { Connection } from "../kubeconfig.ts";
import { Progress } from "../progress.ts";
import { expectSystemd, type Service, startService, unitFileOf, unitOf } from "../systemd/service.ts";
import type { NodeOptions } from "./node-options.ts";
import { bindingsOf, type UpOptions, withUpOptions } from "./up-options.ts";

const SERVICE = "sailplane";

/** Containers are given two seconds to end, and their processes may take as long again. */
const agentPatienceMs = 8000;
const processesEnded = "pods were stopped; the next start runs them again";
const containersGoOn = "containers keep running; the next start adopts them";

const EXAMPLES = `
Examples:
  sailplane up                            https://127.0.0.1:6443, state in .sailplane/
  sailplane up --port 7443 -d /srv/plane  a second one, elsewhere
  sailplane up --bind 0.0.0.0 --no-agent  for other machines to join (sailplane token create)
  sailplane up --bind 0.0.0.0 --install   as a service; systemctl disable --now sailplane stops it

The data directory holds:
  kubeconfig          the administrator's, for kubectl: export KUBECONFIG=DIR/kubeconfig
  storage/            the cluster, in SQLite
  encryption.keys     the keys that encrypt Secrets in there: copy it elsewhere
  control-plane.log   what the control plane printed
  *.key, *.crt        the cluster's authority and the serving certificate`;

export const upCommand = (): Command =>
  withUpOptions(
    new Command("up")
      .summary("run a control plane and a node on this machine")
      .description(
        "Runs a control plane and a node on this machine, until Ctrl-C. Started again with the same data directory, it resumes where it stopped.",
      ),
    unitFileOf(SERVICE),
  )
    .addHelpText("after", EXAMPLES)
    .action(up);

async function up(options: UpOptions): Promise<void> {
  if (options.print) process.stdout.write(unitOf(service()));
  else if (options.install) install(options);
  else await run(options);
}

/** This command with the options that were given. */
const service = (): Service => ({
  name: SERVICE,
  description: "Sailplane control plane",
  words: process.argv.slice(2).filter((word) => word !== "--install" && word !== "--print"),
});

function install({ dataDir }: UpOptions): void {
  expectSystemd();
  // A running instance would be in the service's way.
  new DataDirectory(dataDir).release();
  expectControlPlane(dataDir);
  startService(service());
  console.log(`systemd runs it; "journalctl -u ${SERVICE}" shows its log, "sailplane status" its state`);
  if (process.env.AUDIT_WEBHOOK_TOKEN)
    console.log(
      `AUDIT_WEBHOOK_TOKEN is not in the unit, which anybody may read: "systemctl edit ${SERVICE}" is for that`,
    );
}

async function run(options: UpOptions): Promise<void> {
  const began = Date.now();
  const progress = new Progress(process.stdout, process.env);
  const directory = new DataDirectory(options.dataDir);
  process.once("exit", () => directory.release());
  expectControlPlane(options.dataDir);

  progress.begin("control plane", directory.isNew ? "making keys and starting" : "starting");
  const connection = await prepareControlPlane({
    directory,
    bind: options.bind,
    ...(options.tlsSan && { names: options.tlsSan }),
    port: options.port,
    ...(options.ingress !== undefined && { ingressPort: options.ingress }),
    bindings: bindingsOf(options),
    trustedCertificates: options.authenticationConfig?.authorities ?? [],
  });
  const { server } = connection;
  if (!options.agent) handOver({ directory, server, began, progress });
  const companion = options.agent ? { companion: node({ ...options, connection, directory, progress }) } : {};
  await runUntilInterrupted({ directory, server, progress, ...companion });
}

/** This machine's node, in this process. */
function node(
  options: NodeOptions & {
    readonly connection: Connection;
    readonly directory: DataDirectory;
    readonly progress: Progress;
  },
): Companion {
  const { nodeName, progress } = options;
  const stop = new AbortController();
  let settled: Promise<AgentEnd | undefined> = Promise.resolve(undefined);
  return {
    async start(interrupted) {
      progress.begin("node", `${nodeName} starting`);
      let onReady = () => {};
      const ready = new Promise<void>((resolve) => {
        onReady = resolve;
      }).then(() => progress.end("node", `${nodeName} is Ready`));
      const waits = new Promise<void>((onWaiting) => {
        // The control plane is of use even if the node fails, or waits: report it, and go on.
        settled = startAgent({ ...options, stop, onReady, onWaiting }).catch((error: unknown) => {
          if (!stop.signal.aborted) progress.warn("node", errorMessage(error));
          return undefined;
        });
      });
      await Promise.race([ready, waits, settled, interrupted]);
    },
    async stop() {
      stop.abort();
      const ended = await Promise.race([settled, sleep(agentPatienceMs, undefined)]);
      return ended && (ended.podsGoOn ? containersGoOn : processesEnded);
    },
  };
}

async function startAgent(
  options: NodeOptions & {
    readonly connection: Connection;
    readonly directory: DataDirectory;
    readonly progress: Progress;
    readonly stop: AbortController;
    readonly onReady: () => void;
    readonly onWaiting: () => void;
  },
): Promise<AgentEnd | undefined> {
  const { superviseAgent } = await import("../../agent/main.ts");
  return superviseAgent({
    connection: await exchangeTokenPatiently(options.connection, options.nodeName, {
      signal: options.stop.signal,
      report(problem) {
        options.progress.warn("node", problem);
        options.onWaiting();
      },
    }),
    renew: async (token) => (await exchangeToken({ ...options.connection, token }, options.nodeName)).token,
    nodeName: options.nodeName,
    runtime: options.runtime,
    settings: options,
    dataDirectory: options.directory.makeDirectory("node"),
    print: (message) => options.progress.warn("node", message),
    signal: options.stop.signal,
    onReady: options.onReady,
    onWaiting: options.onWaiting,
    onLeft: () => {
      options.progress.warn("node", `${options.nodeName} has left the cluster; the next start joins it again`);
      options.stop.abort();
    },
    endsProcesses: true,
  });
}
