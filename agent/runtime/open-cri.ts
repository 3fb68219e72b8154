/**
 * Opens the machine's container runtime, waiting for one that a node must have: both start with the machine, in any
 * order.
 */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeWhole } from "../files/write-whole.ts";
import { CriRuntime } from "./cri/cri-runtime.ts";
import type { Runtime } from "./runtime.ts";

export interface OpenCriOptions {
  readonly dataDirectory: string;
  /** The user wants containers, and nothing else. */
  readonly isDemanded: boolean;
  /** Called with the reason why the node waits, whenever that changes. */
  readonly print: (message: string) => void;
  /** Called after that. */
  readonly onWaiting?: () => void;
  readonly signal: AbortSignal;
}

const SOCKETS = ["/run/containerd/containerd.sock", "/run/crio/crio.sock", "/run/k3s/containerd/containerd.sock"];
/** Kubernetes' tools name the socket in this variable, as `unix://` and its path. */
const ENDPOINT = "CONTAINER_RUNTIME_ENDPOINT";
const LOOK_AGAIN_MS = 500;

const namedSocket = (): string | undefined => process.env[ENDPOINT]?.replace(/^unix:\/\//, "");

/** Made once, and kept with the node's other state: several nodes may share one container runtime. */
function agentIdOf(dataDirectory: string): string {
  const file = join(dataDirectory, "agent-id");
  // A loss of power may have left it empty.
  const known = existsSync(file) && readFileSync(file, "utf8");
  if (known) return known;
  const id = randomUUID();
  writeWhole(file, id);
  return id;
}

/** Without what gRPC says of a socket that is not there. */
const reasonOf = ({ message }: Error): string => /\(caused by: (.*)\)$/.exec(message)?.[1] ?? message;

async function openOrWhy(dataDirectory: string): Promise<Runtime | string> {
  const socket = namedSocket() ?? SOCKETS.find((path) => existsSync(path));
  if (socket === undefined) return `no container runtime found: install containerd, or name its socket in ${ENDPOINT}`;
  try {
    return await CriRuntime.open(socket, agentIdOf(dataDirectory));
  } catch (error) {
    return `no container runtime answers at ${socket}: ${reasonOf(error as Error)}`;
  }
}

/** Undefined if no runtime answers and none is required, or if the signal aborts first. */
export async function openCri({
  dataDirectory,
  isDemanded,
  print,
  onWaiting,
  signal,
}: OpenCriOptions): Promise<Runtime | undefined> {
  // A node of containers stays one, though it may be there before its runtime is.
  const record = join(dataDirectory, "has-containers");
  const mustWait = isDemanded || namedSocket() !== undefined || existsSync(record);
  for (let lastReason: string | undefined; !signal.aborted; ) {
    const opened = await openOrWhy(dataDirectory);
    if (typeof opened !== "string") {
      writeFileSync(record, "");
      return opened;
    }
    if (!mustWait) return undefined;
    if (opened !== lastReason) {
      print(`${opened}; the node waits for one (--runtime process does without)`);
      onWaiting?.();
    }
    lastReason = opened;
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}
