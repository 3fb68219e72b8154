import { describe, expect, it } from "vitest";
import { freeAddress } from "./free-address.ts";
import { parseRange } from "./service-range.ts";

/** All addresses that the range gives out, in order. */
function all(text: string, random = 0): string[] {
  const taken = new Set<string>();
  for (;;) {
    const address = freeAddress(parseRange(text), taken, random);
    if (address === undefined) return [...taken];
    taken.add(address);
  }
}

describe("ADM-ADDRESS: an address range allocates", () => {
  it.each([
    ["192.168.0.0/29", ["192.168.0.1", "192.168.0.2", "192.168.0.3", "192.168.0.4", "192.168.0.5", "192.168.0.6"]],
    ["2001:db8::/126", ["2001:db8::1", "2001:db8::2", "2001:db8::3"]],
  ])("all addresses of the small range %s, except the edges", (range, addresses) => {
    expect(all(range)).toEqual(addresses);
  });

  it("addresses from a random offset on", () =>
    expect(all("192.168.0.0/29", 4).slice(0, 3)).toEqual(["192.168.0.5", "192.168.0.6", "192.168.0.1"]));

  it.each([
    ["10.0.0.0/24", 16],
    ["10.0.0.0/22", 64],
    ["10.96.0.0/16", 256],
  ])("in %s the first %i addresses last", (range, band) => {
    const { first } = parseRange(range);
    const place = (address: string | undefined) => parseRange(`${address}/32`).first - first;
    for (const random of [0, 1, 2 ** 32 - 1])
      expect(place(freeAddress(parseRange(range), new Set(), random))).toBeGreaterThanOrEqual(band);
    if (range.endsWith("/24"))
      expect(
        all(range)
          .slice(-15)
          .map((address) => Number(place(address))),
      ).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  });

  it("addresses of a range that is too large to look through", () =>
    expect(freeAddress(parseRange("2001:db8::/64"), new Set(["2001:db8::100"]), 0)).toBe("2001:db8::101"));
});
