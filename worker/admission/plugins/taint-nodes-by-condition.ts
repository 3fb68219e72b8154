/** TaintNodesByCondition: a new node accepts no pods until the node controller finds it ready. */
import { defineResourcePlugin } from "../resource-plugin.ts";

const NOT_READY = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

export const taintNodesByCondition = defineResourcePlugin({
  name: "TaintNodesByCondition",
  resources: ["nodes"],
  handles: ["CREATE"],
  mutate({ object: { spec } }) {
    const taints = spec.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    spec.taints = [...taints, { ...NOT_READY }];
  },
});
