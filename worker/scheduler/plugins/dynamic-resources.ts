import type { Plugin } from "../plugin.ts";

const NAME = "DynamicResources";

/** Devices are not allocated by this scheduler: a pod that claims some waits, and is told why. */
export const dynamicResources: Plugin = {
  name: NAME,
  filter: ({ pod }) =>
    pod.spec.resourceClaims?.length
      ? { plugin: NAME, reasons: ["resource claims are not allocated by this control plane"], resolvable: false }
      : undefined,
  helps: () => false,
};
