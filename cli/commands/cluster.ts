import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { shellWord } from "../../api/shell-word.ts";
import { type ApiCall, fetchJson } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import { clusterTable, limitsOf, type NamedCluster } from "../clusters/cluster-table.ts";
import { readControlPlane } from "../clusters/expect-control-plane.ts";
import { type AuthenticationOptions, authenticationOption } from "../control-plane/authentication-option.ts";
import { type Connection, saveKubeconfig } from "../kubeconfig.ts";
import { dataDirectoryOption } from "./options.ts";

interface Options {
  readonly dataDir: string;
}

interface CreateOptions extends Options {
  readonly objects?: number;
  readonly bytes?: number;
  readonly watches?: number;
  readonly requestsPerSecond?: number;
}

interface ListOptions extends Options {
  readonly usage?: true;
  readonly output: "text" | "json";
}

const path = "/sailplane/v1/clusters";
const pathOf = (name: string): string => `${path}/${encodeURIComponent(name)}`;
const AT_ONCE = 8;

export const clusterCommand = (): Command =>
  new Command("cluster")
    .summary("create further clusters under this control plane")
    .description(
      "Manages further clusters under one control plane. Each has its own objects, keys, tokens, administrators and nodes, isolated from the others; an idle one costs nothing.",
    )
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(
      withLimits(new Command("limit"))
        .summary("set the limits of a cluster; those that are not specified are removed")
        .argument("<name>")
        .action(limit),
    )
    .addCommand(
      new Command("authentication")
        .summary("accept users of OpenID Connect issuers in a cluster")
        .description(
          "Accepts the users of OpenID Connect issuers in a cluster. The file replaces the one before: issuers that it does not name are no longer trusted.",
        )
        .argument("<name>")
        .addOption(dataDirectoryOption())
        .addOption(authenticationOption().makeOptionMandatory())
        .action(trust),
    )
    .addCommand(
      new Command("rotate-admin")
        .summary("replace the token of a cluster's administrator, for instance because it was lost")
        .description(
          "Replaces the token of a cluster's administrator, and writes DIR/clusters/NAME/kubeconfig. The token before is dead from then on.",
        )
        .argument("<name>")
        .addOption(dataDirectoryOption())
        .action(rotateAdministrator),
    )
    .addCommand(
      new Command("delete")
        .summary("delete a cluster, with everything in it")
        .argument("<name>")
        .addOption(dataDirectoryOption())
        .addOption(new Option("--yes", "all of it goes, and nothing brings it back"))
        .action(remove),
    );

const withLimits = (command: Command): Command =>
  command
    .addOption(dataDirectoryOption())
    .option("--objects <number>", "the maximum number of objects", parseLimit)
    .option("--bytes <number>", "the maximum total size of its objects", parseLimit)
    .option("--watches <number>", "the maximum number of open watches (10,000)", parseLimit)
    .option("--requests-per-second <number>", "the maximum rate of requests", parseLimit);

const listCommand = (): Command =>
  new Command("list")
    .summary("list the clusters")
    .argument("[names...]", "only these")
    .addOption(dataDirectoryOption())
    .addOption(new Option("--usage", "ask each how much it holds, and how often it was written; this wakes it"))
    .addOption(new Option("-o, --output <form>", "text, or json").choices(["text", "json"]).default("text"))
    .action(list);

const createCommand = (): Command =>
  withLimits(new Command("create"))
    .summary("create a cluster, with a kubeconfig for its administrator")
    .description(
      "Creates a cluster, empty and with an administrator of its own, and writes DIR/clusters/NAME/kubeconfig. The limits can be changed later.",
    )
    .argument("<name>", "lower case letters, digits and dashes")
    .addHelpText(
      "after",
      `
Use its directory, DIR/clusters/NAME, as the --data-dir of other commands:
  sailplane cluster create team-a
  KUBECONFIG=.sailplane/clusters/team-a/kubeconfig kubectl get namespaces
  sailplane token create -d .sailplane/clusters/team-a`,
    )
    .action(create);

async function create(name: string, { dataDir, ...limits }: CreateOptions): Promise<void> {
  const connection = readControlPlane(dataDir);
  const { token } = await fetchJson<{ token: string }>(connection, { method: "POST", path, body: { name, limits } });
  console.log(`Created cluster ${name}. Its administrator:\n${savedFor(name, { dataDir, connection, token })}`);
}

/** Writes the kubeconfig of a cluster's administrator; returns the line to use it with. */
function savedFor(name: string, { dataDir, connection, token }: Administrator): string {
  const directory = directoryOf(dataDir, name);
  saveKubeconfig(directory, name, { ...connection, server: `${connection.server}/clusters/${name}`, token });
  return `  export KUBECONFIG=${shellWord(`${resolve(directory)}/kubeconfig`)}`;
}

interface Administrator {
  readonly dataDir: string;
  /** The default cluster's. */
  readonly connection: Connection;
  readonly token: string;
}

async function limit(name: string, { dataDir, ...limits }: CreateOptions): Promise<void> {
  const request: ApiCall = { method: "PUT", path: pathOf(name), body: { limits } };
  const limited = await fetchJson<NamedCluster>(readControlPlane(dataDir), request);
  const limitations = limitsOf(limited);
  console.log(
    limitations.length > 0 ? `Cluster ${name}: ${limitations.join(", ")}.` : `Cluster ${name} has no limits.`,
  );
}

async function trust(name: string, options: Options & AuthenticationOptions): Promise<void> {
  const { authenticationConfig } = options;
  const request: ApiCall = {
    method: "PUT",
    path: `${pathOf(name)}/authentication`,
    body: authenticationConfig?.configuration,
  };
  const { issuers } = await fetchJson<{ issuers: string[] }>(readControlPlane(options.dataDir), request);
  console.log(`Cluster ${name} trusts ${issuers.join(", ") || "no issuer"}.`);
}

async function list(names: readonly string[], { dataDir, usage, output }: ListOptions): Promise<void> {
  const connection = readControlPlane(dataDir);
  const { items } = await fetchJson<{ items: NamedCluster[] }>(connection, { method: "GET", path });
  const unknown = names.find((name) => !items.some((each) => each.name === name));
  if (unknown !== undefined) throw new CliError(`there is no cluster ${unknown}`);
  const wanted = names.length === 0 ? items : items.filter(({ name }) => names.includes(name));
  const clusters = usage ? await withUsage(connection, wanted) : wanted;
  if (output === "json") console.log(JSON.stringify(clusters, null, 2));
  else if (items.length === 0)
    console.log('no clusters besides the default one; "sailplane cluster create" creates one');
  else process.stdout.write(clusterTable(clusters));
}

/** A few at a time: each request wakes a cluster's store. */
async function withUsage(connection: Connection, clusters: readonly NamedCluster[]): Promise<NamedCluster[]> {
  const found: NamedCluster[] = [];
  for (let index = 0; index < clusters.length; index += AT_ONCE) {
    const part = clusters.slice(index, index + AT_ONCE).map((cluster) =>
      // One that is deleted meanwhile, or does not answer, is listed without its usage.
      fetchJson<NamedCluster>(connection, { method: "GET", path: pathOf(cluster.name) }).catch(() => cluster),
    );
    found.push(...(await Promise.all(part)));
  }
  return found;
}

async function rotateAdministrator(name: string, { dataDir }: Options): Promise<void> {
  const connection = readControlPlane(dataDir);
  const request: ApiCall = { method: "POST", path: `${pathOf(name)}/administrator` };
  const { token } = await fetchJson<{ token: string }>(connection, request);
  console.log(`The administrator of ${name} has a new token:\n${savedFor(name, { dataDir, connection, token })}`);
}

async function remove(name: string, { dataDir, yes }: Options & { readonly yes?: true }): Promise<void> {
  if (!yes) throw new CliError(`this deletes everything in ${name}, and cannot be undone: confirm with --yes`);
  await fetchJson(readControlPlane(dataDir), { method: "DELETE", path: pathOf(name) });
  rmSync(directoryOf(dataDir, name), { recursive: true, force: true });
  console.log(`Deleted cluster ${name}.`);
}

const directoryOf = (dataDirectory: string, name: string): string => `${dataDirectory}/clusters/${name}`;

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It is a whole number, 1 or more.");
  return Number(text);
}
