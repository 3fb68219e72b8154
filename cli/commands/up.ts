import { setTimeout as sleep } from "node:timers/promises";
import { Command, Option } from "commander";
import { errorMessage } from "../../api/error-message.ts";
import { NO_LOCAL_VOLUMES } from "../../api/node/local-volumes.ts";
import {
  type AuditOptions,
  auditBindings,
  auditPolicyOption,
  auditWebhookOption,
} from "../control-plane/audit-options.ts";
import { type AuthenticationOptions, authenticationOption } from "../control-plane/authentication-option.ts";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { handOver } from "../control-plane/hand-over.ts";
import { prepareControlPlane } from "../control-plane/prepare.ts";
import { type Companion, runUntilInterrupted } from "../control-plane/run-until-interrupted.ts";
import { exchangeToken } from "../join/exchange-token.ts";
import type { Connection } from "../kubeconfig.ts";
import { Progress } from "../progress.ts";
import { expectSystemd, type Service, startService, unitFileOf, unitOf } from "../systemd/service.ts";
import { type NodeOptions, withNodeOptions } from "./node-options.ts";
import {
  dataDirectoryOption,
  dualStackOption,
  parseCount,
  parseDuration,
  parsePort,
  parseSubjects,
  shardsOption,
} from "./options.ts";

interface UpOptions extends AuditOptions, AuthenticationOptions, NodeOptions {
  readonly port: number;
  readonly bind: string;
  readonly tlsSan?: readonly string[];
  readonly dataDir: string;
  readonly ingress?: number;
  readonly dualStack?: boolean;
  readonly agent: boolean;
  readonly despiteLostKey?: boolean;
  /** Seconds. */
  readonly history: number;
  /** In the format of the Worker's SHARDS. */
  readonly shards?: string;
  readonly watchesPerObject?: number;
  readonly install?: true;
  readonly print?: true;
  readonly clustersReachNetworks?: boolean;
}

const SERVICE = "sailplane";

/** Containers are given two seconds to end, and their processes may take as long again. */
const agentPatienceMs = 8000;
const processesEnded = "pods were stopped; the next start runs them again";
const containersGoOn = "containers keep running; the next start adopts them";

export const upCommand = (): Command =>
  withNodeOptions(
    new Command("up")
      .summary("run a control plane and a node on this machine")
      .description(
        "Runs a control plane and a node on this machine, until Ctrl-C. Started again with the same data directory, it resumes where it stopped.",
      )
      .addOption(
        new Option("-p, --port <number>", "the port of the API; 0 chooses a free one")
          .argParser(parsePort)
          .default(6443),
      )
      .addOption(
        new Option("--bind <address>", "the address to listen on; 0.0.0.0 accepts other machines").default("127.0.0.1"),
      )
      .addOption(
        new Option(
          "--tls-san <names>",
          "additional names and addresses for the certificate: plane.lan,203.0.113.7",
        ).argParser(parseSubjects),
      )
      .addOption(dataDirectoryOption())
      .addOption(new Option("--no-agent", "run only the control plane, without a node"))
      .addOption(new Option("--install", `run it as a systemd service, now and at every boot: ${unitFileOf(SERVICE)}`))
      .addOption(new Option("--print", "only print that unit; neither start nor write anything"))
      .addOption(
        new Option(
          "--ingress <port>",
          "serve Ingresses of class sailplane at http://NAME.NAMESPACE.default.localhost:PORT",
        ).argParser(parsePort),
      ),
  )
    .optionsGroup("The control plane:")
    .addOption(authenticationOption())
    .addOption(auditPolicyOption())
    .addOption(auditWebhookOption())
    .addOption(
      new Option("--history <duration>", "how far back reads at an older resourceVersion and watches reach")
        .argParser(parseDuration)
        .default(300, "5m"),
    )
    .addOption(dualStackOption())
    .addOption(shardsOption())
    .addOption(
      new Option(
        "--watches-per-object <number>",
        "let relays carry watches beyond this number: only for trials, since they all share this machine",
      ).argParser(parseCount),
    )
    .addOption(
      new Option(
        "--clusters-reach-networks",
        "let webhooks of named clusters (sailplane cluster) reach private addresses: only if you own all of them",
      ),
    )
    .addOption(new Option("--despite-lost-key", "start without the key that encrypts Secrets; they cannot be read"))
    .addHelpText(
      "after",
      `
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
  *.key, *.crt        the cluster's authority and the serving certificate`,
    )
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

  progress.begin("control plane", directory.isNew ? "making keys and starting" : "starting");
  const connection = await prepareControlPlane({
    directory,
    bind: options.bind,
    ...(options.tlsSan && { names: options.tlsSan }),
    port: options.port,
    ...(options.ingress !== undefined && { ingressPort: options.ingress }),
    bindings: {
      ...auditBindings(options),
      ...options.authenticationConfig?.bindings,
      ...(options.dualStack && { DUAL_STACK: "true" }),
      ...(options.shards && { SHARDS: options.shards }),
      ...(options.watchesPerObject && { WATCHES_PER_OBJECT: String(options.watchesPerObject) }),
      ...(options.clustersReachNetworks && { CLUSTERS_REACH: "networks" }),
      ...(options.localVolumes === NO_LOCAL_VOLUMES && { LOCAL_VOLUMES: NO_LOCAL_VOLUMES }),
      HISTORY_SECONDS: String(options.history),
      ...(options.despiteLostKey && { DESPITE_LOST_KEY: "true" }),
    },
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
  let settled: Promise<{ readonly podsGoOn: boolean } | undefined> = Promise.resolve(undefined);
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
          progress.warn("node", errorMessage(error));
          return undefined;
        });
      });
      await Promise.race([ready, waits, settled, interrupted]);
    },
    async stop() {
      stop.abort();
      const ended = await Promise.race([settled, sleep(agentPatienceMs)]);
      return ended?.podsGoOn === false ? processesEnded : containersGoOn;
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
): Promise<{ readonly podsGoOn: boolean }> {
  const { superviseAgent } = await import("../../agent/main.ts");
  return superviseAgent({
    connection: await exchangeToken(options.connection, options.nodeName),
    renew: async (token) => (await exchangeToken({ ...options.connection, token }, options.nodeName)).token,
    nodeName: options.nodeName,
    runtime: options.runtime,
    settings: options,
    dataDirectory: options.directory.makeDirectory("node"),
    print: (message) => options.progress.warn("node", message),
    signal: options.stop.signal,
    onReady: options.onReady,
    onWaiting: options.onWaiting,
    onLeft: () => options.stop.abort(),
    endsProcesses: true,
  });
}
