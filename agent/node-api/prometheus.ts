/** Metrics in Prometheus' text format. */

import type { Histogram } from "../usage/histogram.ts";

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly lines: readonly Line[];
}

type Labels = Readonly<Record<string, string>>;
/** The parts of a histogram have their own names: the family's name followed by `part`. */
export type Line = readonly [labels: Labels, value: number, part?: string];

export const histogramLines = (labels: Labels, { bounds, counts, sum }: Histogram): Line[] => [
  ...counts.map((count, i): Line => [{ ...labels, le: String(bounds[i] ?? "+Inf") }, count, "_bucket"]),
  [labels, sum, "_sum"],
  [labels, counts.at(-1) ?? 0, "_count"],
];

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** `at` (ms): when all of it was measured; absent: now. */
export function renderFamilies(families: readonly Family[], at?: number): string {
  const time = at === undefined ? "" : ` ${at}`;
  return families
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ name, help, type, lines }) => [
      `# HELP ${name} ${help}\n`,
      `# TYPE ${name} ${type}\n`,
      ...lines.map(([labels, value, part = ""]) => {
        const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
        return `${name}${part}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}${time}\n`;
      }),
    ])
    .join("");
}
