/** pkg/apis/resource/v1/defaults.go. */
import type { DeviceToleration, ResourceClaimSpec } from "../../generated/resource.v1.ts";

interface Request {
  allocationMode?: string;
  count?: number;
  tolerations?: DeviceToleration[];
}

export function defaultClaimSpec({ devices }: ResourceClaimSpec): void {
  for (const { exactly, firstAvailable } of devices?.requests ?? []) {
    if (exactly) defaultRequest(exactly);
    for (const subrequest of firstAvailable ?? []) defaultRequest(subrequest);
  }
}

function defaultRequest(request: Request): void {
  request.allocationMode ||= "ExactCount";
  if (request.allocationMode === "ExactCount") request.count ||= 1;
  for (const toleration of request.tolerations ?? []) toleration.operator ||= "Equal";
}
