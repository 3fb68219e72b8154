/** Talks to the node on this machine, through the socket in its data directory. */
import { existsSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join, relative } from "node:path";
import { Option } from "commander";
import { LOCAL_SOCKET } from "../../api/node/local-node.ts";
import { readText } from "../call-api.ts";
import { CliError } from "../cli-error.ts";

/** Where `join`, `install` and `up` keep a node. */
const USUAL = [".sailplane-node", ".sailplane/node", "/var/lib/sailplane"];

export const nodeDirectoryOption = (): Option =>
  new Option("-d, --data-dir <dir>", "the node's directory; default: the usual places");

const socketOf = (dataDir: string | undefined): string => join(nodeDirectory(dataDir, LOCAL_SOCKET), LOCAL_SOCKET);

/** The directory of a node that has this file. */
export function nodeDirectory(dataDir: string | undefined, file: string): string {
  const found = (dataDir === undefined ? USUAL : [dataDir, join(dataDir, "node")]).find((directory) =>
    existsSync(join(directory, file)),
  );
  if (found !== undefined) return found;
  throw new CliError(
    dataDir === undefined
      ? `no node of this machine in ${USUAL.join(", ")}; name its --data-dir`
      : `no node runs on ${dataDir}`,
  );
}

interface LocalRequest {
  readonly method?: "GET" | "POST";
  readonly dataDir: string | undefined;
}

/** The agent's response, yet to be read; throws its message if it refuses. */
export async function callNode(path: string, { method = "GET", dataDir }: LocalRequest): Promise<IncomingMessage> {
  // The kernel limits the length of the path, so it is relative to here.
  const socketPath = relative(process.cwd(), socketOf(dataDir));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request({ socketPath, path, method }, resolve);
    call.once("error", (error) => reject(new CliError(`the node does not answer at ${socketPath}: ${error.message}`)));
    call.end();
  });
  if (response.statusCode === 200) return response;
  throw new CliError((await readText(response)).text.trim());
}

/** What the agent answers as JSON. */
export const readNode = async <T>(path: string, request: LocalRequest): Promise<T> =>
  JSON.parse((await readText(await callNode(path, request))).text) as T;
