/** Metrics in Prometheus' text format, version 0.0.4. */
import type { Histogram } from "./histogram.ts";

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly lines: readonly Line[];
}

type Labels = Readonly<Record<string, string>>;
/** The parts of a histogram have their own names: the family's name followed by `part`. */
export type Line = readonly [labels: Labels, value: number, part?: string];

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export const gauge = (name: string, help: string, lines: readonly Line[]): Family => ({
  name,
  help,
  type: "gauge",
  lines,
});

export const counter = (name: string, help: string, lines: readonly Line[]): Family => ({
  name,
  help,
  type: "counter",
  lines,
});

export const histogram = (
  name: string,
  help: string,
  each: readonly (readonly [labels: Labels, of: Histogram])[],
): Family => ({ name, help, type: "histogram", lines: each.flatMap(([labels, of]) => histogramLines(labels, of)) });

function histogramLines(labels: Labels, { bounds, counts, sum }: Histogram): Line[] {
  const all = counts.at(-1) ?? 0;
  return [
    ...bounds.map((bound, i): Line => [{ ...labels, le: String(bound) }, counts[i] ?? 0, "_bucket"]),
    [{ ...labels, le: "+Inf" }, all, "_bucket"],
    [labels, Number(sum.toFixed(9)), "_sum"],
    [labels, all, "_count"],
  ];
}

/** `at` (ms): when all of it was measured; absent: now. Families without lines are left out. */
export function renderFamilies(families: readonly Family[], at?: number): string {
  const time = at === undefined ? "" : ` ${at}`;
  return families
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ name, help, type, lines }) => [
      `# HELP ${name} ${help}\n`,
      `# TYPE ${name} ${type}\n`,
      ...lines.map(([labels, value, part = ""]) => `${name}${part}${renderLabels(labels)} ${value}${time}\n`),
    ])
    .join("");
}

const renderLabels = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
};

const escaped = (text: string): string => text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
