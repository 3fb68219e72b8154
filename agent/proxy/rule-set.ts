/** Where connections to Services go, as data: decided in plan.ts, rendered as kernel rules in nft.ts. */

export type Protocol = "tcp" | "udp" | "sctp";
export type Family = 4 | 6;

export interface Backend {
  readonly address: string;
  readonly port: number;
}

/** Backends among which connections are distributed evenly. Never empty. */
export interface Pool {
  readonly id: string;
  readonly protocol: Protocol;
  readonly backends: readonly Backend[];
  /** How long a client keeps its backend after its last connection. */
  readonly affinitySeconds?: number;
}

export type Route =
  /** `outsiders`: clients that are not pods appear with the node's address, so that responses come back through it. */
  | { readonly to: "pool"; readonly pool: string; readonly masquerade: "outsiders" | "everyone" }
  /**
   * `externalTrafficPolicy: Local`: outsiders keep their address and only reach `local`; pods and the node reach all.
   */
  | { readonly to: "local"; readonly local?: string; readonly all: string }
  /** Rejected, so that the client knows. */
  | { readonly to: "reject" }
  /** Dropped silently: other nodes could have responded. */
  | { readonly to: "drop" };

/** What clients connect to. */
export interface Frontend {
  /** Unique, in characters that nft accepts for a name. */
  readonly id: string;
  /** Absent: every address of the node except loopback. */
  readonly address?: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly route: Route;
  /** Only clients in these ranges are admitted; never none. */
  readonly sources?: readonly string[];
  /** For UDP: the backends that keep the clients that they have, wherever new ones are led. */
  readonly serving?: readonly Backend[];
}

export interface FamilyRules {
  readonly family: Family;
  readonly frontends: readonly Frontend[];
  readonly pools: readonly Pool[];
  /** Every address of a Service: connections to them that match no frontend are refused. */
  readonly clusterAddresses: readonly string[];
  /** Pods of the whole cluster. */
  readonly podRanges: readonly string[];
  /** Pods of this node: outside the cluster they appear with the node's address. */
  readonly ownRanges: readonly string[];
  /** Backends on this node, which may connect to themselves through their Service. */
  readonly localBackends: readonly string[];
}

export interface RuleSet {
  readonly v4: FamilyRules;
  readonly v6: FamilyRules;
}
