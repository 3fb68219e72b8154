import type { Refusal } from "../cluster/node-filter.ts";
import type { Plugin } from "../framework/plugin.ts";

const NAME = "NodeName";
const refusal: Refusal = {
  plugin: NAME,
  reasons: ["node(s) didn't match the requested node name"],
  resolvable: false,
};

/** A pod that names its node fits no other. */
export const nodeName: Plugin = {
  name: NAME,
  nodeFilter: ({ spec }) => {
    const wanted = spec.nodeName;
    return wanted ? { check: ({ name }) => (name === wanted ? undefined : refusal) } : undefined;
  },
  helps: (change) => change.kind === "node" && !change.previous,
};
