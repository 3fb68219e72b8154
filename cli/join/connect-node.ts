/** How a machine gets its identity in a cluster, for `join` and `install`. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { RECEIVED_OBJECTS } from "../../api/node/local-node.ts";
import { CliError } from "../cli-error.ts";
import type { DataDirectory } from "../control-plane/data-directory.ts";
import { type Connection, contextNameOf, parseKubeconfig, reserveKubeconfig } from "../kubeconfig.ts";
import { readFile, readFileIfPresent } from "../read-file.ts";
import { exchangeToken, TokenRefused, Unreachable } from "./exchange-token.ts";
import { fetchAuthority } from "./fetch-authority.ts";

export interface ConnectOptions {
  readonly nodeName: string;
  readonly token?: string;
  readonly caFile?: string;
  readonly caCertHash?: string;
}

export const withConnectOptions = (command: Command): Command =>
  command
    .argument("<url>", "the control plane, such as https://plane.example.com", parseUrl)
    .addOption(new Option("--token <token>", "the bootstrap token; not needed once the node has joined"))
    .addOption(
      new Option(
        "--ca-cert-hash <hash>",
        "sha256:HEX of the control plane's authority, unless its certificate is publicly trusted",
      ),
    )
    .addOption(new Option("--ca-file <file>", "the control plane's authority as PEM, instead of the hash"));

/** Without `--node-name`, the name that the directory's node joined by: the machine's may be another by now. */
export function nodeNameFor(command: Command, dataDirectory: string): string {
  const { nodeName } = command.opts<{ readonly nodeName: string }>();
  const isDefault = command.getOptionValueSource("nodeName") === "default";
  return (isDefault && contextNameOf(readFileIfPresent(`${dataDirectory}/kubeconfig`) ?? "")) || nodeName;
}

/** `isKnown`: the identity is from an earlier join, whatever token was given this time. */
export interface Joined {
  readonly connection: Connection;
  readonly isKnown: boolean;
}

/**
 * The node's own connection: renewed from an earlier join of that node to the same control plane or, if there is none
 * or it is no longer valid, a new one in exchange for the token. If the control plane is away, or the disk is full, a
 * known node starts all the same, and keeps its pods running. A control plane of the same authority at another address
 * is the same one, which has moved.
 */
export async function connectNode(directory: DataDirectory, server: string, options: ConnectOptions): Promise<Joined> {
  const { nodeName, token } = options;
  const text = directory.read("kubeconfig") ?? "";
  const saved = contextNameOf(text) === nodeName ? parseKubeconfig(text) : undefined;
  const hasMoved = saved?.server !== server;
  if (saved && (!hasMoved || saved.ca !== undefined)) {
    const known = { ...saved, server };
    try {
      reserveKubeconfig(directory.path, nodeName, known);
    } catch {
      // The disk is full: it continues with what it has, and evicts pods that store too much there.
      return { connection: known, isKnown: true };
    }
    try {
      return { connection: await exchangeToken(known, nodeName), isKnown: true };
    } catch (error) {
      if (error instanceof Unreachable && !hasMoved) return { connection: known, isKnown: true };
      if (token === undefined) throw error instanceof TokenRefused ? new CliError(unknownNode(nodeName)) : error;
    }
  }
  if (token === undefined)
    throw new CliError(
      `the first join of ${nodeName} needs --token; "sailplane token create" on the control plane creates one`,
    );
  const ca = options.caFile ? readFile(options.caFile) : await fetchAuthority(server, options.caCertHash);
  const connection = await exchangeToken({ server, token, ...(ca && { ca }) }, nodeName);
  // It may be another cluster, whose objects would be taken for older ones of the same names.
  directory.makeEmptyDirectory(RECEIVED_OBJECTS);
  return { connection, isKnown: false };
}

const unknownNode = (nodeName: string): string =>
  `the control plane knows ${nodeName} no more: was its Node deleted? "sailplane token create" there prints how to join again`;

function parseUrl(text: string): URL {
  const url = URL.parse?.(text) ?? (URL.canParse(text) ? new URL(text) : null);
  if (url?.protocol !== "https:") throw new InvalidArgumentError("It is an https:// address.");
  return url;
}
