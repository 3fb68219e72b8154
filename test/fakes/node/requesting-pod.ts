import type { Pod, PodSpec } from "../../../api/generated/core.v1.ts";

export interface Requested {
  readonly cpu?: string;
  readonly memory?: string;
  /** Limits equal the requests. */
  readonly limited?: boolean;
  readonly priority?: number;
  readonly spec?: Partial<PodSpec>;
}

/** A pod whose one container requests resources. */
export function requestingPod(name: string, { cpu, memory, limited, priority, spec }: Requested = {}): Pod {
  const requests = { ...(cpu && { cpu }), ...(memory && { memory }) };
  const resources = { requests, ...(limited && { limits: requests }) };
  return {
    metadata: { name, namespace: "ns", uid: name },
    spec: { containers: [{ name: "c", resources }], ...(priority !== undefined && { priority }), ...spec },
    status: {},
  };
}
