import type { Node } from "../generated/core.v1.ts";

/** The addresses at which others on its network reach a node. */
export const internalAddresses = (node: Pick<Node, "status"> | undefined): readonly string[] =>
  (node?.status.addresses ?? []).flatMap(({ type, address }) => (type === "InternalIP" ? [address] : []));
