/** The bridge that connects this node's pods. Created before the first pod, since DNS and the API proxy listen on it. */
import { writeFileSync } from "node:fs";
import { run } from "../command.ts";
import { BRIDGE, gatewayOf } from "./cni-config.ts";

const BRIDGE_RULES = "/proc/sys/net/bridge/bridge-nf-call-iptables";

interface Link {
  /** MAC address. */
  readonly address: string;
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}

/** Returns whether packets between pods on this node pass through the kernel's filter rules. */
export async function makeBridge(podRanges: readonly string[]): Promise<{ readonly isFiltered: boolean }> {
  if (!(await hasLink())) await run("ip", ["link", "add", BRIDGE, "type", "bridge"]);
  const [link] = JSON.parse(await run("ip", ["-j", "address", "show", "dev", BRIDGE])) as Link[];
  const wanted = podRanges.map(gatewayOf).map(({ address, bits }) => `${address}/${bits}`);
  const present = (link?.addr_info ?? [])
    .filter(({ scope }) => scope === "global")
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  for (const old of present.filter((each) => !wanted.includes(each)))
    await run("ip", ["address", "del", old, "dev", BRIDGE]);
  for (const address of wanted.filter((each) => !present.includes(each)))
    await run("ip", ["address", "add", address, "dev", BRIDGE, ...(address.includes(":") ? ["nodad"] : [])]);
  // Fixed explicitly: otherwise a bridge takes the lowest address of its ports, and pods would keep sending to the
  // previous one.
  await run("ip", ["link", "set", BRIDGE, ...(link === undefined ? [] : ["address", link.address]), "up"]);
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
  if (podRanges.some((range) => range.includes(":"))) writeFileSync("/proc/sys/net/ipv6/conf/all/forwarding", "1");
  return { isFiltered: filterBridge() };
}

/** `/sys` may show another network namespace than the agent's. */
const hasLink = (): Promise<boolean> =>
  run("ip", ["link", "show", "dev", BRIDGE]).then(
    () => true,
    () => false,
  );

function filterBridge(): boolean {
  try {
    writeFileSync(BRIDGE_RULES, "1");
    return true;
  } catch {
    return false;
  }
}
