/** Sequential calls on each of several connections. */
import { Client } from "./client.ts";
import type { Address, Target } from "./target.ts";

interface Load {
  readonly clients: number;
  readonly count: number;
}

export interface Measured {
  readonly perSecond: number;
  /** The median of a call, in milliseconds. */
  readonly median: number;
  /** Microseconds of the server's CPU per call; absent for servers that do not report it. */
  readonly cpu?: number;
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

export async function load(
  target: Address & Pick<Target, "cpu">,
  { clients, count }: Load,
  call: (client: Client, index: number) => Promise<unknown>,
): Promise<Measured> {
  const client = new Client(target, clients);
  const took: number[] = [];
  let next = 0;
  const used = target.cpu?.();
  const started = performance.now();
  const run = async () => {
    while (next < count) {
      const began = performance.now();
      await call(client, next++);
      took.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: clients }, run));
  const perSecond = (count / (performance.now() - started)) * 1000;
  const cpu = used === undefined || !target.cpu ? undefined : ((target.cpu() - used) * 1000) / count;
  client.close();
  return { perSecond, median: median(took), ...(cpu !== undefined && { cpu }) };
}
