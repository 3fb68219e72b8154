/** metav1.Time: RFC 3339 in whole seconds, UTC. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** ms since the epoch; undefined for an absent or unreadable time. */
export function timeOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The earliest of those times that are. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** `{wakeAt}` where there is a time. */
export const waking = (...times: readonly (number | undefined)[]): { wakeAt?: number } => {
  const wakeAt = earliest(...times);
  return wakeAt === undefined ? {} : { wakeAt };
};
