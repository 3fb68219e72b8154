/** Which address of a range a Service gets that asks for none (registry/core/service/ipallocator). */
import { addressAt, type ServiceRange } from "./service-range.ts";

/**
 * Left to who chooses an address: a sixteenth of the range, at least 16 and at most 256 addresses; none of a range of
 * no more than 16.
 */
const staticBand = (size: number): number => (size <= 16 ? 0 : Math.min(Math.max(16, size / 16), 256));

/**
 * The first that is not taken from a random place on, in what is above the static band, then in the band itself. The
 * network's own address is nobody's, nor is the last one of IPv4, its broadcast address. Undefined: all are taken.
 */
export function freeAddress(range: ServiceRange, taken: ReadonlySet<string>, random: number): string | undefined {
  const band = Math.max(1, staticBand(range.size));
  const end = range.family === "IPv4" ? range.size - 1 : range.size;
  for (const { from, to } of [
    { from: band, to: end },
    { from: 1, to: band },
  ]) {
    const count = to - from;
    // One more than are taken is enough to find one that is not.
    for (let i = 0; i < Math.min(count, taken.size + 1); i++) {
      const address = addressAt(range, from + ((random + i) % count));
      if (!taken.has(address)) return address;
    }
  }
  return undefined;
}
