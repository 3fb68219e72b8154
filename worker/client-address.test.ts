import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

const requested = (cf: object | undefined, headers: Record<string, string> = {}) =>
  clientAddress(Object.assign(new Request("https://k8s/", { headers }), { cf }));
const forged = { "CF-Connecting-IP": "192.0.2.9" };

test.each([
  [undefined, forged, "192.0.2.9"],
  [{ colo: "AMS" }, forged, "192.0.2.9"],
  [{ clientIp: "192.0.2.1:4711" }, forged, "192.0.2.1"],
  [{ clientIp: "[2001:db8::1]:4711" }, forged, "2001:db8::1"],
  [{ clientIp: "unix:/run/socket" }, forged, undefined],
  [undefined, {}, undefined],
])("with %o and the headers %j the client address is %s", (cf, headers, address) => {
  expect(requested(cf, headers)).toBe(address);
});
