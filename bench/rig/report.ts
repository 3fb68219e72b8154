/**
 * Runs a benchmark on our own server and, if specified, on a peer's, and reports the figures: a table, and
 * .bench/NAME.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { ownTarget, type Target, targetAt } from "./target.ts";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The promised limit: a minimum for rates, a maximum for everything else. */
  readonly limit?: number;
}

const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node.js ${process.version}`;

const isRate = ({ unit }: Figure) => unit === "/s";

export async function runBench(name: string, measure: (target: Target) => Promise<readonly Figure[]>): Promise<void> {
  const text = { type: "string" } as const;
  const options = { url: text, token: text, peer: text, "peer-token": text };
  const { values } = parseArgs({ options });
  const own = await measured(values.url ? targetAt(values.url, values.token ?? "") : await ownTarget(), measure);
  const peer = values.peer ? await measured(targetAt(values.peer, values["peer-token"] ?? ""), measure) : [];
  report(name, own, peer);
}

async function measured(target: Target, measure: (target: Target) => Promise<readonly Figure[]>) {
  try {
    return await measure(target);
  } finally {
    await target.close();
  }
}

/** `peer` has the same figures of another server, or some of them. The ratio is above 1 where ours is better. */
export function report(name: string, own: readonly Figure[], peer: readonly Figure[] = []): void {
  const results = own.map((figure) => {
    const other = peer.find((candidate) => candidate.name === figure.name)?.value;
    const ratio = other === undefined ? undefined : isRate(figure) ? figure.value / other : other / figure.value;
    return { ...figure, ...(other !== undefined && { peer: other, ratio }) };
  });
  const print = (value: number) => (value < 100 ? value.toFixed(2) : String(Math.round(value)));
  console.log(machine);
  console.table(
    Object.fromEntries(
      results.map(({ peer: other, ratio, ...figure }) => [
        figure.name,
        {
          value: `${print(figure.value)} ${figure.unit}`,
          ...(figure.limit !== undefined && {
            limit: `${isRate(figure) ? "at least" : "at most"} ${print(figure.limit)}`,
            met: isMet(figure),
          }),
          ...(other !== undefined && { peer: print(other), ratio: `${ratio?.toFixed(2)}x` }),
        },
      ]),
    ),
  );
  const directory = `${import.meta.dirname}/../../.bench`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/${name}.json`, `${JSON.stringify({ machine, results }, null, 2)}\n`);
}

function isMet(figure: Figure): boolean {
  const { value, limit = value } = figure;
  return isRate(figure) ? value >= limit : value <= limit;
}
