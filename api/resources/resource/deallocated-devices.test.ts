import { expect, test } from "vitest";
import type { ResourceClaim } from "../../generated/resource.v1.ts";
import { dropDeallocatedDevices } from "./deallocated-devices.ts";

const place = (device: string) => ({ driver: "d", pool: "p", device });
const claim = (allocated: readonly string[], reported: readonly string[]): ResourceClaim => ({
  metadata: { name: "c" },
  spec: {},
  status: {
    allocation: { devices: { results: allocated.map((device) => ({ request: "r", ...place(device) })) } },
    devices: reported.map(place),
  },
});

test.each<[kept: string[], reported: string[], left: string[] | undefined]>([
  [[], ["a", "b"], undefined],
  [["a"], ["a", "b"], ["a"]],
  // What was never allocated is up to validation.
  [
    ["a", "b"],
    ["a", "x"],
    ["a", "x"],
  ],
])("CLAIM-REPORTS: if %j of a and b stay allocated, of reports on %j remain %j", (kept, reported, left) => {
  const next = claim(kept, reported);
  dropDeallocatedDevices(next, claim(["a", "b"], reported));
  expect(next.status?.devices?.map(({ device }) => device)).toEqual(left);
});
