import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { isWildcard } from "./identity.ts";

type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * The `IPv4:port` at which other machines reach the control plane, for the endpoints of the Service `kubernetes`.
 * Undefined if it only listens for this machine.
 */
export function advertisedAddress(
  bind: string,
  port: number,
  interfaces: Interfaces = networkInterfaces(),
): string | undefined {
  const own = Object.values(interfaces).flatMap((list) => list ?? []);
  const address = isWildcard(bind) ? own.find(({ family, internal }) => family === "IPv4" && !internal)?.address : bind;
  if (address === undefined || !isIPv4(address) || address.startsWith("127.")) return undefined;
  return `${address}:${port}`;
}
