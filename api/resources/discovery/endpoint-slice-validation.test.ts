import { expect, test } from "vitest";
import type { EndpointSlice } from "../../generated/discovery.v1.ts";
import { validateEndpointSlice } from "./endpoint-slice-validation.ts";

const slice = (addressType: string, address: string) =>
  ({ metadata: { name: "s" }, addressType, endpoints: [{ addresses: [address] }], ports: [] }) as EndpointSlice;

test.each([
  ["are new", undefined, ["endpoints[0].addresses"]],
  ["have been others", slice("IPv6", "fd00::1"), ["endpoints[0].addresses"]],
  ["have been the same", slice("IPv6", "10.0.0.1"), []],
])("invalid endpoints that %s", (_, old, paths) => {
  expect(validateEndpointSlice(slice("IPv6", "10.0.0.1"), old).map(({ path }) => path)).toEqual(paths);
});
