/** pkg/apis/resource/v1/defaults.go. */
import type { DeviceToleration, ResourceClaimSpec, ResourceClaimStatus } from "../../generated/resource.v1.ts";

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

export function defaultClaimStatus({ allocation }: Partial<ResourceClaimStatus>): void {
  for (const { tolerations } of allocation?.devices?.results ?? []) defaultTolerations(tolerations);
}

function defaultRequest(request: Request): void {
  request.allocationMode ||= "ExactCount";
  if (request.allocationMode === "ExactCount") request.count ||= 1;
  defaultTolerations(request.tolerations);
}

function defaultTolerations(tolerations: readonly DeviceToleration[] = []): void {
  for (const toleration of tolerations) toleration.operator ||= "Equal";
}
