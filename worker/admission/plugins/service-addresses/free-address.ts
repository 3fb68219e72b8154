/** Which address of a range is given to a Service that requests none (registry/core/service/ipallocator). */
import { addressAt, type ServiceRange } from "./service-range.ts";

/**
 * The size of the part reserved for user-chosen addresses: a sixteenth of the range, at least 16 and at most 256; none
 * in a range of up to 16.
 */
const staticBand = (size: number): number => (size <= 16 ? 0 : Math.min(Math.max(16, size / 16), 256));

/**
 * The first free address from a random position on, above the static band if possible, otherwise in the band itself.
 * The network address is never given out, nor is the last of IPv4, the broadcast address. Undefined: all are taken.
 */
export function freeAddress(range: ServiceRange, taken: ReadonlySet<string>, random: number): string | undefined {
  const band = Math.max(1, staticBand(range.size));
  const end = range.family === "IPv4" ? range.size - 1 : range.size;
  for (const { from, to } of [
    { from: band, to: end },
    { from: 1, to: band },
  ]) {
    const count = to - from;
    // Trying one more than are taken is enough to find one that is free.
    for (let i = 0; i < Math.min(count, taken.size + 1); i++) {
      const address = addressAt(range, from + ((random + i) % count));
      if (!taken.has(address)) return address;
    }
  }
  return undefined;
}
