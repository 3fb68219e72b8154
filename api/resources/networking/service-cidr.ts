import type { ServiceCIDR } from "../../generated/networking.v1.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { canonicalCIDRProblems, familyOfCIDR, isCIDR } from "../../machinery/network/ip.ts";
import { defineResource } from "../resource.ts";

export const serviceCIDR = defineResource<ServiceCIDR>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "ServiceCIDR",
  plural: "servicecidrs",
  scope: "Cluster",
  updateChecks: ["metaChanges", "changes"],
  validateCreate: ({ spec }) => validateRanges(spec),
  validateUpdate: ({ spec }, { spec: old }) => {
    const [cidrs, before] = [spec.cidrs ?? [], old.cidrs ?? []];
    // Only a range of the other family may be added.
    const grows = before.length === 1 && cidrs.length === 2;
    if (!grows && cidrs.length !== before.length)
      return [invalid("spec.cidrs", spec.cidrs ?? null, "field is immutable")];
    const changed = before.flatMap((cidr, i) =>
      cidrs[i] === cidr ? [] : [invalid(`spec.cidrs[${i}]`, cidrs[i], "field is immutable")],
    );
    return grows ? [...changed, ...validateRanges(spec)] : changed;
  },
  status: { retainsMetadata: "mark", validatesMetadata: true },
  columns: [
    {
      name: "CIDRs",
      type: "string",
      description: { field: "networking.v1.ServiceCIDRSpec.cidrs" },
      of: ({ spec }) => (spec.cidrs ?? []).join(","),
    },
  ],
});

function validateRanges({ cidrs = [] }: ServiceCIDR["spec"]): FieldError[] {
  const path = "spec.cidrs";
  if (cidrs.length === 0) return [required(path, "at least one CIDR required")];
  // Kubernetes prints its internal type here, whose field has no JSON name.
  if (cidrs.length > 2) return [invalid(path, { CIDRs: cidrs }, "may only hold up to 2 values")];
  const errors: FieldError[] = [];
  cidrs.forEach((cidr, i) => {
    for (const problem of canonicalCIDRProblems(cidr)) errors.push(invalid(`${path}[${i}]`, cidr, problem));
  });
  const [first = "", second = first] = cidrs;
  if (cidrs.length === 2 && cidrs.every(isCIDR) && familyOfCIDR(first) === familyOfCIDR(second))
    errors.push(
      invalid(path, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"),
    );
  return errors;
}
