import type { Pod, PodSpec } from "../../../api/generated/core.v1.ts";

/** A pod with one container `c`, as far as nothing else is said. */
export const podOf = (spec: Partial<PodSpec>): Pod => ({
  metadata: { namespace: "default", name: "p", uid: "u" },
  spec: { containers: [{ name: "c" }], ...spec },
  status: {},
});
