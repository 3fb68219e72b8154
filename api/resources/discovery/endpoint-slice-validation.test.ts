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

test.each([
  ["IPv6", "FD00::1", 'endpoints[0].addresses[0]: Invalid value: "FD00::1": must be in canonical form ("fd00::1")'],
  ["IPv4", "010.0.0.1", 'endpoints[0].addresses[0]: Invalid value: "010.0.0.1": must not have leading 0s'],
  ["FQDN", "a.b.", undefined],
  ["FQDN", "", "endpoints[0].addresses[0]: Required value"],
  [
    "FQDN",
    "a",
    'endpoints[0].addresses[0]: Invalid value: "a": should be a domain with at least two segments separated by dots',
  ],
  ["FQDN", `${"a".repeat(64)}.b`, expect.stringContaining("must be no more than 63 characters")],
])("an endpoint of type %s at %j", (type, address, error) => {
  const [found] = validateEndpointSlice(slice(type, address)).map(({ path, message }) => `${path}: ${message}`);
  expect(found).toEqual(error);
});
