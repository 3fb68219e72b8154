/** containerd's own client, for what CRI lacks or does wrong. */
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { Writable } from "node:stream";
import { promisify } from "node:util";
import { errorMessage } from "../../../api/error-message.ts";
import { childStreams } from "../child-streams.ts";
import type { ExecRequest, ProcessStream } from "../process-stream.ts";
import { RuntimeError } from "../runtime-error.ts";
import { execStarted } from "./containerd-events.ts";

const run = promisify(execFile);

export const CTR = "/usr/bin/ctr";
/** A command is expected to start within this (ms). */
const START_MS = 10_000;

/** Whether the runtime is containerd, and its client is installed. */
export const hasCtr = (runtimeName: string): boolean => runtimeName === "containerd" && existsSync(CTR);

const at = (socket: string, words: readonly string[]): readonly string[] => ["-a", socket, "-n", "k8s.io", ...words];

export async function ctr(socket: string, ...words: readonly string[]): Promise<void> {
  try {
    await run(CTR, at(socket, words));
  } catch (error) {
    throw new RuntimeError((error as { stderr?: string }).stderr?.trim() || errorMessage(error));
  }
}

/**
 * A start that was interrupted (its agent was killed) may leave a process that CRI does not know about: it considers
 * the container ended, ends nothing, and cannot remove it while that process exists.
 */
export const isAdrift = ({ message }: Error): boolean => message.includes("cannot delete running task");

export const endAdrift = (socket: string, id: string): Promise<void> => ctr(socket, "task", "delete", "--force", id);

export async function execWithCtr(socket: string, id: string, request: ExecRequest): Promise<ProcessStream> {
  const execId = randomUUID();
  const ended = new AbortController();
  const started = execStarted(socket, execId, { maxMs: START_MS, signal: ended.signal });
  const words = ["task", "exec", "--exec-id", execId, id, ...request.command];
  const child = spawn(CTR, at(socket, words), { stdio: "pipe" });
  child.once("close", () => ended.abort());
  const streams = await childStreams(child, request, () => child.kill("SIGTERM"));
  return { ...streams, stdin: endedAfter(started, child.stdin) };
}

/** Containerd loses the end of an input that ends before its command has started, which then waits for it forever. */
const endedAfter = (started: Promise<void>, stdin: Writable): Writable =>
  new Writable({
    write: (chunk: Buffer, _, done) => void stdin.write(chunk, () => done()),
    final: (done) => void started.then(() => stdin.end(() => done())),
  });
