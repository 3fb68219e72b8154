/** Passes events to the cluster's AuditLog, in batches: no request waits for it. */
import type { Env } from "../env.ts";

interface Waiting {
  readonly lines: string[];
  /** ms since the epoch. */
  readonly since: number;
}

/** By cluster. */
const waiting = new Map<string, Waiting>();
/** How long events wait for others, and how long until a stalled delivery is given up. */
const TOGETHER_MS = 200;
const GIVEN_UP_MS = 5000;

interface Recorder {
  readonly env: Env;
  readonly cluster: string;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

export function record(line: string, { env, cluster, waitUntil }: Recorder): void {
  const now = Date.now();
  const known = waiting.get(cluster);
  known?.lines.push(line);
  if (known && now - known.since < GIVEN_UP_MS) return;
  waiting.set(cluster, { lines: known?.lines ?? [line], since: now });
  waitUntil(passOn(env, cluster));
}

async function passOn(env: Env, cluster: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, TOGETHER_MS));
  const { lines } = waiting.get(cluster) ?? { lines: [] };
  waiting.delete(cluster);
  if (lines.length === 0) return;
  try {
    await env.AUDIT_LOG.getByName(cluster).append(batchesOf(lines));
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "audit", lost: lines.length, error: String(error) }));
  }
}

/** Characters per batch, which is one row and one message to the webhook; a single event may be longer. */
const BATCH = 256 * 1024;

function batchesOf(lines: readonly string[]): string[] {
  const batches: string[] = [];
  let batch: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (batch.length > 0 && length + line.length > BATCH) {
      batches.push(batch.join("\n"));
      [batch, length] = [[], 0];
    }
    batch.push(line);
    length += line.length;
  }
  if (batch.length > 0) batches.push(batch.join("\n"));
  return batches;
}
