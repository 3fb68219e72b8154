/** A container's termination message: its message file, or the end of its log. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { ContainerState, ContainerStatus } from "../../../api/generated/core.v1.ts";
import { parseLogEntry } from "../../runtime/cri-log.ts";
import { TERMINATION_MESSAGE_FILE, TERMINATION_MESSAGE_POLICY } from "../../runtime/labels.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";

const MAX_MESSAGE_BYTES = 4096;
/** For all containers of a pod together. */
const MAX_POD_BYTES = 12 * 1024;
const MAX_LOG_BYTES = 2048;
const MAX_LOG_LINES = 80;
/** Enough for the longest message if each entry has one byte. */
const TAIL_BYTES = 256 * 1024;

function readPart(file: string, at: "start" | "end", bytes: number): Buffer {
  try {
    const descriptor = openSync(file, "r");
    try {
      const { size } = fstatSync(descriptor);
      const length = Math.min(size, bytes);
      const buffer = Buffer.alloc(length);
      const read = readSync(descriptor, buffer, 0, length, at === "start" ? 0 : size - length);
      return buffer.subarray(0, read);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return Buffer.alloc(0);
  }
}

function endOfLog(file: string): string {
  const pieces: Buffer[] = [];
  for (const line of readPart(file, "end", TAIL_BYTES).toString("latin1").split("\n")) {
    const entry = parseLogEntry(Buffer.from(line, "latin1"));
    if (entry !== undefined) pieces.push(entry.partial ? entry.text : Buffer.concat([entry.text, Buffer.from("\n")]));
  }
  const text = Buffer.concat(pieces.slice(-MAX_LOG_LINES));
  return text.subarray(Math.max(0, text.length - MAX_LOG_BYTES)).toString("utf8");
}

export function terminationMessage(container: ContainerObservation): string {
  const file = container.annotations[TERMINATION_MESSAGE_FILE] ?? "";
  const own = file === "" ? "" : readPart(file, "start", MAX_MESSAGE_BYTES).toString("utf8");
  if (own !== "") return own;
  const fallsBack = container.annotations[TERMINATION_MESSAGE_POLICY] === "FallbackToLogsOnError";
  return fallsBack && container.exitCode !== 0 ? endOfLog(container.logPath) : "";
}

function shortened(state: ContainerState | undefined, bytes: number): ContainerState | undefined {
  const text = Buffer.from(state?.terminated?.message ?? "");
  if (state?.terminated === undefined || text.length <= bytes) return state;
  return { terminated: { ...state.terminated, message: text.subarray(0, bytes).toString("utf8") } };
}

/** Limits the total in a status: each of a pod's `containers` gets an equal share of the maximum. */
export function withinShare(status: ContainerStatus, containers: number): ContainerStatus {
  const bytes = Math.floor(MAX_POD_BYTES / containers);
  const [state, lastState] = [shortened(status.state, bytes), shortened(status.lastState, bytes)];
  return { ...status, ...(state && { state }), ...(lastState && { lastState }) };
}
