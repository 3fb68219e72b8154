import type { Refusal } from "../cluster/node-filter.ts";
import type { Plugin } from "../framework/plugin.ts";

const NAME = "NodePorts";
const refusal: Refusal = {
  plugin: NAME,
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
  resolvable: true,
};

/** Two pods on a node cannot use the same host port. */
export const nodePorts: Plugin = {
  name: NAME,
  nodeFilter: ({ ports }) =>
    ports.length === 0
      ? undefined
      : { check: (node) => (ports.some((port) => node.isPortTaken(port)) ? refusal : undefined) },
  helps: (change, { ports }) => {
    if (change.kind === "node") return !change.previous;
    if (change.kind !== "assigned-pod-deleted") return false;
    return change.pod.ports.some((freed) =>
      ports.some(({ port, protocol }) => port === freed.port && protocol === freed.protocol),
    );
  },
};
