/** Metrics in Prometheus' text format. */

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly lines: readonly Line[];
}

export type Line = readonly [labels: Readonly<Record<string, string>>, value: number];

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** `at` (ms): when all of it was measured; absent: now. */
export function renderFamilies(families: readonly Family[], at?: number): string {
  const time = at === undefined ? "" : ` ${at}`;
  return families
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ name, help, type, lines }) => [
      `# HELP ${name} ${help}\n`,
      `# TYPE ${name} ${type}\n`,
      ...lines.map(([labels, value]) => {
        const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
        return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}${time}\n`;
      }),
    ])
    .join("");
}
