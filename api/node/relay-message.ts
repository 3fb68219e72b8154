/** The message of a relay itself among those that it passes between two nodes (docs/spec/pod-network.md). */

/**
 * The first byte of a mark, which the node returns unchanged: then the relay knows that the node has read everything before
 * it. The other first bytes belong to the nodes (agent/network/overlay/relay-link.ts).
 */
export const RELAY_MARK = 5;
