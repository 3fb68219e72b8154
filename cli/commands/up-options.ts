/** Options of `up`, besides those of its node: how the control plane is reached, what it keeps, and what it allows. */
import { type Command, Option } from "commander";
import { NO_LOCAL_VOLUMES } from "../../api/node/local-volumes.ts";
import {
  type AuditOptions,
  auditBindings,
  auditPolicyOption,
  auditWebhookOption,
} from "../control-plane/audit-options.ts";
import { type AuthenticationOptions, authenticationOption } from "../control-plane/authentication-option.ts";
import { type NodeOptions, withNodeOptions } from "./node-options.ts";
import {
  dataDirectoryOption,
  dualStackOption,
  parseAddress,
  parseCount,
  parseDuration,
  parsePort,
  parseSubjects,
  shardsOption,
} from "./options.ts";

export interface UpOptions extends AuditOptions, AuthenticationOptions, NodeOptions {
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

const basicOptions = (unitFile: string): readonly Option[] => [
  new Option("-p, --port <number>", "the port of the API; 0 chooses a free one").argParser(parsePort).default(6443),
  new Option("--bind <address>", "the address to listen on; 0.0.0.0 accepts other machines")
    .argParser(parseAddress)
    .default("127.0.0.1"),
  new Option(
    "--tls-san <names>",
    "additional names and addresses for the certificate: plane.lan,203.0.113.7",
  ).argParser(parseSubjects),
  dataDirectoryOption(),
  new Option("--no-agent", "run only the control plane, without a node"),
  new Option("--install", `run it as a systemd service, now and at every boot: ${unitFile}`),
  new Option("--print", "only print that unit; neither start nor write anything"),
  new Option(
    "--ingress <port>",
    "serve Ingresses of class sailplane at http://NAME.NAMESPACE.default.localhost:PORT",
  ).argParser(parsePort),
];

const controlPlaneOptions = (): readonly Option[] => [
  authenticationOption(),
  auditPolicyOption(),
  auditWebhookOption(),
  new Option("--history <duration>", "how far back reads at an older resourceVersion and watches reach")
    .argParser(parseDuration)
    .default(300, "5m"),
  dualStackOption(),
  shardsOption(),
  new Option(
    "--watches-per-object <number>",
    "let relays carry watches beyond this number: only for trials, since they all share this machine",
  ).argParser(parseCount),
  new Option(
    "--clusters-reach-networks",
    "let webhooks of named clusters (sailplane cluster) reach private addresses: only if you own all of them",
  ),
  new Option("--despite-lost-key", "start without the key that encrypts Secrets; they cannot be read"),
];

/** `unitFile` is where the service's unit would be. */
export function withUpOptions(command: Command, unitFile: string): Command {
  for (const option of basicOptions(unitFile)) command.addOption(option);
  withNodeOptions(command).optionsGroup("The control plane:");
  for (const option of controlPlaneOptions()) command.addOption(option);
  return command;
}

/** Bindings of the Worker. */
export const bindingsOf = (options: UpOptions): Readonly<Record<string, string>> => ({
  ...auditBindings(options),
  ...options.authenticationConfig?.bindings,
  ...(options.dualStack && { DUAL_STACK: "true" }),
  ...(options.shards && { SHARDS: options.shards }),
  ...(options.watchesPerObject && { WATCHES_PER_OBJECT: String(options.watchesPerObject) }),
  ...(options.clustersReachNetworks && { CLUSTERS_REACH: "networks" }),
  ...(options.localVolumes === NO_LOCAL_VOLUMES && { LOCAL_VOLUMES: NO_LOCAL_VOLUMES }),
  HISTORY_SECONDS: String(options.history),
  ...(options.despiteLostKey && { DESPITE_LOST_KEY: "true" }),
});
