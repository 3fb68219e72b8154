/** Where connections to Services go, as data: what plan.ts decides and nft.ts turns into rules of the kernel. */

export type Protocol = "tcp" | "udp" | "sctp";
export type Family = 4 | 6;

export interface Backend {
  readonly address: string;
  readonly port: number;
}

/** Backends among which connections are spread evenly. Never empty. */
export interface Pool {
  readonly id: string;
  readonly protocol: Protocol;
  readonly backends: readonly Backend[];
  /** A client keeps its backend for so long after its last connection. */
  readonly affinitySeconds?: number;
}

export type Way =
  /** `outsiders`: clients that are no pods appear with the node's address, so that answers come back this way. */
  | { readonly to: "pool"; readonly pool: string; readonly masquerade: "outsiders" | "everyone" }
  /** `externalTrafficPolicy: Local`: outsiders keep their address and reach `local` only; pods and the node reach all. */
  | { readonly to: "local"; readonly local?: string; readonly all: string }
  /** The client is told. */
  | { readonly to: "reject" }
  /** The client is not told: other nodes could have answered. */
  | { readonly to: "drop" };

/** What clients connect to. */
export interface Door {
  /** Unique, of letters that nft takes for a name. */
  readonly id: string;
  /** Absent: every address of the node but loopback. */
  readonly address?: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly way: Way;
  /** Only clients of these ranges may enter. */
  readonly sources?: readonly string[];
}

export interface FamilyRules {
  readonly family: Family;
  readonly doors: readonly Door[];
  readonly pools: readonly Pool[];
  /** Every address of a Service: what is not a door there is refused. */
  readonly clusterAddresses: readonly string[];
  /** Pods of the whole cluster. */
  readonly podRanges: readonly string[];
  /** Pods of this node: outside the cluster they appear with the node's address. */
  readonly ownRanges: readonly string[];
  /** Backends of this node, which may call themselves through their Service. */
  readonly localBackends: readonly string[];
}

export interface RuleSet {
  readonly v4: FamilyRules;
  readonly v6: FamilyRules;
}
