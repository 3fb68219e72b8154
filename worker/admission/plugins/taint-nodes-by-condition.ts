/** TaintNodesByCondition: a new node accepts no pods until the node controller finds it ready. */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { AdmissionPlugin } from "../plugin.ts";

const NOT_READY = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

export const taintNodesByCondition: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  handles: ({ operation, subresource, context: { served } }) =>
    operation === "CREATE" && subresource === "" && served.group === "" && served.resource.plural === "nodes",
  mutate({ object }) {
    const { spec } = object as Node;
    const taints = spec.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    spec.taints = [...taints, { ...NOT_READY }];
  },
};
