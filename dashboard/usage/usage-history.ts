/** Usage since the view was opened, for charts. */
export interface UsageSample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Cores and bytes. */
  readonly cpu: number;
  readonly memory: number;
}

/** By `NAMESPACE/NAME`, or by name for nodes. */
export type UsageHistory = ReadonlyMap<string, readonly UsageSample[]>;

/** Ten minutes, at one sample every fifteen seconds. */
const MAX_SAMPLES = 40;

/** Totals, over as many samples as all have. */
export function totalsOf(history: UsageHistory, of: "cpu" | "memory"): readonly number[] {
  const all = [...history.values()];
  if (all.length === 0) return [];
  const length = Math.min(...all.map((samples) => samples.length));
  return Array.from({ length }, (_, back) =>
    all.reduce((sum, samples) => sum + (samples.at(back - length)?.[of] ?? 0), 0),
  );
}

/** Drops what no longer exists. */
export const withSamples = (history: UsageHistory, samples: Iterable<readonly [string, UsageSample]>): UsageHistory =>
  new Map(
    [...samples].map(([key, sample]) => {
      const known = history.get(key) ?? [];
      const fresh = known.at(-1)?.at !== sample.at;
      return [key, fresh ? [...known, sample].slice(-MAX_SAMPLES) : known];
    }),
  );
