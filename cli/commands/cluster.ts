import { rmSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { askApi } from "../api-request.ts";
import { CliError } from "../cli-error.ts";
import { type AuthenticationOptions, authenticationOption } from "../control-plane/authentication-option.ts";
import { readKubeconfig, saveKubeconfig } from "../kubeconfig.ts";
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

interface NamedCluster {
  readonly name: string;
  readonly createdAt: string;
  readonly limits: Readonly<Record<string, number>>;
}

const path = "/sailplane/v1/clusters";

export const clusterCommand = (): Command =>
  new Command("cluster")
    .summary("make more clusters under this control plane")
    .description(
      "More clusters under one control plane. Each has its own objects, keys, tokens, administrators and nodes, and knows nothing of the others; one that nobody uses costs nothing.",
    )
    .addCommand(createCommand())
    .addCommand(new Command("list").summary("list them").addOption(dataDirectoryOption()).action(list))
    .addCommand(
      new Command("limit")
        .summary("set what one may hold and be asked; what is not named has no limit")
        .argument("<name>")
        .addOption(dataDirectoryOption())
        .addOption(objectsOption())
        .addOption(bytesOption())
        .addOption(watchesOption())
        .addOption(requestsOption())
        .action(limit),
    )
    .addCommand(
      new Command("authentication")
        .summary("let in users of OpenID Connect issuers")
        .argument("<name>")
        .addOption(dataDirectoryOption())
        .addOption(authenticationOption().makeOptionMandatory())
        .action(trust),
    )
    .addCommand(
      new Command("delete")
        .summary("delete one, with all that is in it")
        .argument("<name>")
        .addOption(dataDirectoryOption())
        .addOption(new Option("--yes", "all of it goes, and nothing brings it back"))
        .action(remove),
    );

const objectsOption = () => new Option("--objects <number>", "how many objects it may hold").argParser(parseLimit);
const bytesOption = () => new Option("--bytes <number>", "how many bytes its objects may be").argParser(parseLimit);
const watchesOption = () =>
  new Option("--watches <number>", "how many watches may be open in it (10,000)").argParser(parseLimit);
const requestsOption = () =>
  new Option("--requests-per-second <number>", "how often it may be asked").argParser(parseLimit);

const createCommand = (): Command =>
  new Command("create")
    .summary("make one, and a kubeconfig for its administrator")
    .argument("<name>", "a word of lower case letters, digits and dashes")
    .addOption(dataDirectoryOption())
    .addOption(objectsOption())
    .addOption(bytesOption())
    .addOption(watchesOption())
    .addOption(requestsOption())
    .addHelpText(
      "after",
      `
Its directory, DIR/clusters/NAME, goes wherever a command takes --data-dir:
  sailplane cluster create team-a
  KUBECONFIG=.sailplane/clusters/team-a/kubeconfig kubectl get namespaces
  sailplane token create -d .sailplane/clusters/team-a`,
    )
    .action(create);

async function create(name: string, { dataDir, ...limits }: CreateOptions): Promise<void> {
  const connection = readKubeconfig(dataDir);
  const { token } = await askApi<{ token: string }>(connection, { method: "POST", path, body: { name, limits } });
  const directory = directoryOf(dataDir, name);
  saveKubeconfig(directory, name, { ...connection, server: `${connection.server}/clusters/${name}`, token });
  console.log(`Cluster ${name} is there. Its administrator:\n  export KUBECONFIG=${directory}/kubeconfig`);
}

async function limit(name: string, { dataDir, ...limits }: CreateOptions): Promise<void> {
  const request = { method: "PUT", path: `${path}/${encodeURIComponent(name)}`, body: { limits } } as const;
  const limited = await askApi<NamedCluster>(readKubeconfig(dataDir), request);
  const limitations = limitsOf(limited);
  console.log(
    limitations.length > 0 ? `Cluster ${name}: ${limitations.join(", ")}.` : `Cluster ${name} has no limits.`,
  );
}

async function trust(name: string, options: Options & AuthenticationOptions): Promise<void> {
  const { authenticationConfig } = options;
  const request = {
    method: "PUT",
    path: `${path}/${encodeURIComponent(name)}/authentication`,
    body: authenticationConfig?.configuration,
  } as const;
  const { issuers } = await askApi<{ issuers: string[] }>(readKubeconfig(options.dataDir), request);
  console.log(`Cluster ${name} trusts ${issuers.join(", ") || "no issuer"}.`);
}

const limitsOf = ({ limits }: NamedCluster): string[] =>
  Object.entries(limits).map(([what, most]) => `${what}<=${most}`);

async function list({ dataDir }: Options): Promise<void> {
  const { items } = await askApi<{ items: NamedCluster[] }>(readKubeconfig(dataDir), { method: "GET", path });
  if (items.length === 0) console.log('no clusters beside the default one; "sailplane cluster create" makes one');
  const width = Math.max(...items.map(({ name }) => name.length));
  for (const each of items) console.log([each.name.padEnd(width), each.createdAt, ...limitsOf(each)].join("  "));
}

async function remove(name: string, { dataDir, yes }: Options & { readonly yes?: true }): Promise<void> {
  if (!yes) throw new CliError(`all that is in ${name} goes, and nothing brings it back: say --yes`);
  await askApi(readKubeconfig(dataDir), { method: "DELETE", path: `${path}/${encodeURIComponent(name)}` });
  rmSync(directoryOf(dataDir, name), { recursive: true, force: true });
  console.log(`Cluster ${name} is gone.`);
}

const directoryOf = (dataDirectory: string, name: string): string => `${dataDirectory}/clusters/${name}`;

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It is a whole number, 1 or more.");
  return Number(text);
}
