import type { IPAddress } from "../../generated/networking.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { dnsSubdomain, pathSegmentName } from "../../machinery/names.ts";
import { canonicalIPProblems } from "../../machinery/network/ip.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";

export const ipAddress = defineResource<IPAddress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IPAddress",
  plural: "ipaddresses",
  scope: "Cluster",
  shortNames: ["ip"],
  validateName: canonicalIPProblems,
  validate: ({ spec: { parentRef } }) => {
    if (!parentRef) return [required("spec.parentRef")];
    const errors: FieldError[] = [];
    const { group = "", resource = "", name = "", namespace = "" } = parentRef;
    const check = (field: string, value: string, problems: readonly string[]) => {
      for (const problem of problems) errors.push(invalid(`spec.parentRef.${field}`, value, problem));
    };
    if (group !== "") check("group", group, dnsSubdomain(group));
    if (resource === "") errors.push(required("spec.parentRef.resource"));
    else check("resource", resource, pathSegmentName(resource));
    if (name === "") errors.push(required("spec.parentRef.name"));
    else check("name", name, pathSegmentName(name));
    if (namespace !== "") check("namespace", namespace, pathSegmentName(namespace));
    return errors;
  },
  validateUpdate: ({ spec: { parentRef } }, old) => {
    if (sameValue(parentRef, old.spec.parentRef)) return [];
    return [invalid("spec.parentRef", goStruct("networking.v1.ParentReference", parentRef), "field is immutable")];
  },
  columns: [
    {
      name: "ParentRef",
      type: "string",
      description:
        "ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.",
      of: ({ spec: { parentRef } }) => {
        if (!parentRef) return "<none>";
        const { group, resource, namespace, name } = parentRef;
        const qualified = group ? `${resource}.${group}` : resource;
        return [qualified?.toLowerCase(), namespace, name].filter((part) => part).join("/");
      },
    },
    { ...ageColumn, isUndefined: true },
  ],
  age: false,
});
