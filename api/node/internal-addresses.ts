import type { Node } from "../generated/core.v1.ts";

/** Where a node is reached by others of its network. */
export const internalAddresses = (node: Pick<Node, "status"> | undefined): readonly string[] =>
  (node?.status.addresses ?? []).flatMap(({ type, address }) => (type === "InternalIP" ? [address] : []));
