import { expect, test } from "vitest";
import { dialableAddress } from "./serve-ports.ts";

test.each<[string, string | undefined]>([
  ["192.0.2.7", "192.0.2.7"],
  ["0177.0.0.1", "177.0.0.1"],
  ["fd00:0::0001", "fd00::1"],
  ["127.0.0.001", undefined],
  ["::ffff:169.254.169.254", undefined],
  ["127.1", undefined],
  ["fe80::1%eth0", undefined],
])("TUNNEL-ADDRESS: an endpoint's address %s is dialled as %s", (address, dialled) =>
  expect(dialableAddress(address)).toBe(dialled),
);
