import { statfsSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A new cluster waits for its disk about 120 times, and each may take a second; a workerd that ends is noticed at once. */
const TIMEOUT_MS = 300_000;
/** worker/local.ts */
const NEVER_READY = 409;
const OTHER_SHARDS = 412;

const lostKey = (id: string): string =>
  `what it keeps is encrypted with key ${id}, which is not in encryption.keys; put that file back from a copy, or go on without Secrets with --despite-lost-key`;

const otherShards = (shards: string): string =>
  `the cluster keeps ${shards === "" ? "nothing" : shards} in stores of its own, for its whole life: start it ${shards === "" ? "without --shards" : `with --shards ${shards}`}; to change that, restore a backup of it into a new data directory`;

interface WaitOptions {
  /** Whether asking was cancelled. */
  readonly isCancelled?: () => boolean;
  readonly isFull?: typeof isDiskFull;
}

/** Resolves once a control plane is ready, or with the reason why it is not in time, or once asking was cancelled. */
export async function waitUntilReady(
  socketPath: string,
  { isCancelled = () => false, isFull = isDiskFull }: WaitOptions = {},
): Promise<string | undefined> {
  const end = Date.now() + TIMEOUT_MS;
  let last = "no answer";
  while (Date.now() < end && !isCancelled()) {
    const response = await getReadyz(socketPath).catch((error: Error) => error.message);
    if (typeof response !== "string") {
      if (response.code === 200) return undefined;
      if (response.code === NEVER_READY) return lostKey(response.body);
      if (response.code === OTHER_SHARDS) return otherShards(response.body);
      // It answers with errors for as long as it cannot write.
      if (isFull(dirname(socketPath))) return "no space left on the disk of the data directory";
    }
    last = typeof response === "string" ? response : String(response.code);
    await sleep(20);
  }
  return isCancelled() ? undefined : `/readyz after ${TIMEOUT_MS / 1000} s: ${last}`;
}

/** SQLite does not open a database with less free space: its log of pages not yet merged, and the index of that. */
const LEAST_FREE_BYTES = 256 * 1024;

function isDiskFull(directory: string): boolean {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize < LEAST_FREE_BYTES;
}

interface ReadyzResponse {
  readonly code: number;
  readonly body: string;
}

/**
 * Asks a control plane's readiness socket. HTTP by hand, and without TLS: clients for these would cost the supervisor
 * 10 MB for as long as it runs. Rejects if nothing answers.
 */
function getReadyz(socketPath: string): Promise<ReadyzResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let text = "";
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer within 10 s")));
    socket.once("error", reject);
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.once("close", () => {
      const [head = "", body = ""] = text.split("\r\n\r\n");
      const [, code] = /^HTTP\/1\.1 (\d+)/.exec(head) ?? [];
      if (code === undefined) reject(new Error("broke off"));
      else resolve({ code: Number(code), body });
    });
    socket.write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  });
}
