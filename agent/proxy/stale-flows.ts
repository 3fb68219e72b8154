/**
 * UDP clients that keep their socket would be led to a backend that is gone for as long as the kernel remembers them:
 * what it is to forget, as arguments of `conntrack`.
 */

import { poolsOf } from "./plan.ts";
import type { Door, FamilyRules } from "./rule-set.ts";

const backendsOf = ({ pools }: FamilyRules): Set<string> =>
  new Set(
    pools
      .filter(({ protocol }) => protocol === "udp")
      .flatMap(({ backends }) => backends.map(({ address }) => address)),
  );

const leadsSomewhere = ({ protocol, way }: Door): boolean => protocol === "udp" && poolsOf(way).length > 0;

export function staleFlows(before: FamilyRules, after: FamilyRules): string[][] {
  const family = after.family === 6 ? "ipv6" : "ipv4";
  const kept = backendsOf(after);
  const gone = [...backendsOf(before)].filter((address) => !kept.has(address));
  const led = new Set(before.doors.filter(leadsSomewhere).map(({ id }) => id));
  const opened = after.doors.filter((door) => leadsSomewhere(door) && !led.has(door.id));
  return [
    ...gone.map((address) => ["-D", "-f", family, "-p", "udp", "--dst-nat", address]),
    // Before there were backends, clients may have been remembered as led nowhere.
    ...opened.map(({ address, port }) => [
      ...["-D", "-f", family, "-p", "udp", "--dport", String(port)],
      ...(address === undefined ? [] : ["-d", address]),
    ]),
  ];
}
