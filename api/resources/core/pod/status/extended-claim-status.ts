/** Validates the part of a pod's status about the claim for its extended resources. */
import type { Pod } from "../../../../generated/core.v1.ts";
import { duplicate, type FieldError, invalid, required } from "../../../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../../../machinery/names.ts";

const PATH = "status.extendedResourceClaimStatus";

export function validateExtendedClaimStatus({ spec, status }: Pod): FieldError[] {
  const claimStatus = status.extendedResourceClaimStatus;
  if (!claimStatus) return [];
  const errors: FieldError[] = [];
  const { requestMappings = [], resourceClaimName = "" } = claimStatus;
  if (requestMappings.length === 0)
    errors.push(required(`${PATH}.requestMappings`, "at least one request mapping is required"));
  const containers = new Map([...(spec.initContainers ?? []), ...spec.containers].map((each) => [each.name, each]));
  const seen = new Set<string>();
  requestMappings.forEach(({ containerName = "", resourceName = "", requestName = "" }, i) => {
    const at = `${PATH}.requestMappings[${i}]`;
    const container = containers.get(containerName);
    if (!container)
      errors.push(
        invalid(
          `${at}.containerName`,
          containerName,
          "must match the name of an entry in spec.initContainers.name or spec.containers.name",
        ),
      );
    else if (container.resources?.requests?.[resourceName] === undefined)
      errors.push(
        invalid(
          `${at}.resourceName`,
          resourceName,
          "must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests",
        ),
      );
    // Without the mapping's index, as in Kubernetes.
    for (const problem of dnsLabel(requestName)) errors.push(invalid(`${PATH}.requestName`, requestName, problem));
    const key = [containerName, resourceName, requestName].join(" ");
    if (seen.has(key))
      errors.push(
        duplicate(`${at}.containerName`, containerName),
        duplicate(`${at}.resourceName`, resourceName),
        duplicate(`${at}.requestName`, requestName),
      );
    seen.add(key);
  });
  if (resourceClaimName === "") errors.push(required(`${PATH}.resourceClaimName`));
  for (const problem of resourceClaimName === "" ? [] : dnsSubdomain(resourceClaimName))
    errors.push(invalid(`${PATH}.resourceClaimName`, resourceClaimName, problem));
  return errors;
}
