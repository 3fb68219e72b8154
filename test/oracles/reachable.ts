/** Evaluates a rule set like the kernel: where a new connection may end. An oracle for tests. */

import type { FamilyRules, Frontend, Protocol, Route } from "../../agent/proxy/rule-set.ts";
import { isWithin } from "./address-ranges.ts";

export interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** An address of this node. */
  readonly node: string;
}

export type Outcome =
  /** `address:port`, sorted. */
  | { readonly backends: readonly string[]; readonly masqueraded: boolean }
  | "reject"
  | "drop"
  /** Not for any Service. */
  | "pass";

export function reachable(rules: FamilyRules, attempt: Attempt): Outcome {
  const matches = ({ protocol, port, address }: Frontend, to: string | undefined) =>
    protocol === attempt.protocol && port === attempt.port && address === to;
  const frontend =
    rules.frontends.find((each) => matches(each, attempt.to)) ??
    (attempt.to === attempt.node ? rules.frontends.find((each) => matches(each, undefined)) : undefined);
  if (frontend === undefined) return rules.clusterAddresses.includes(attempt.to) ? "reject" : "pass";
  if (frontend.sources !== undefined && !isWithin(frontend.sources, attempt.from)) return "drop";
  return follow(rules, frontend.route, attempt);
}

function follow(rules: FamilyRules, way: Route, { from, node }: Attempt): Outcome {
  const isPod = isWithin(rules.podRanges, from);
  const end = (id: string, masqueraded: boolean): Outcome => ({
    backends: (rules.pools.find((pool) => pool.id === id)?.backends ?? [])
      .map(({ address, port }) => `${address}:${port}`)
      .sort(),
    masqueraded,
  });
  switch (way.to) {
    case "pool":
      return end(way.pool, way.masquerade === "everyone" || !isPod);
    case "local":
      if (isPod) return end(way.all, false);
      if (from === node) return end(way.all, true);
      return way.local === undefined ? "drop" : end(way.local, false);
    default:
      return way.to;
  }
}
