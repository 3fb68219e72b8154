/** Pods as clients write them, defaulted, for tests of the kind. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import { pod as resource } from "../../../api/resources/core/pod.ts";
import type { ResourceDefinition } from "../../../api/resources/resource.ts";

export const podKind = resource as unknown as ResourceDefinition<Pod>;

export function podOf(
  part: { spec?: Partial<Pod["spec"]>; status?: Pod["status"]; metadata?: Pod["metadata"] } = {},
): Pod {
  const draft: Pod = {
    metadata: { name: "p", namespace: "n", creationTimestamp: "2026-01-01T00:00:00Z", ...part.metadata },
    spec: { containers: [{ name: "c", image: "i:1" }], ...part.spec },
    status: part.status ?? {},
  };
  podKind.defaults?.(draft);
  return draft;
}
