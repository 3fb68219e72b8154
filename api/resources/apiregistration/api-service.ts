import type { APIService } from "../../generated/apiregistration.v1.ts";
import { type FieldError, goQuote, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { dns1035Label, dnsSubdomain, pathSegmentName, portNumber } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";

export const apiService = defineResource<APIService>({
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  scope: "Cluster",
  anyFinalizer: true,
  categories: ["api-extensions"],
  allowUnconditionalUpdate: false,
  validateName: (name) => pathSegmentName(name),
  defaults: ({ spec: { service } }) => {
    if (service) service.port ??= 443;
  },
  validate: validateAPIService,
  withoutTable: ["status"],
  status: { retainsMetadata: "written", validateUpdate: validateStatus },
  columns: [
    {
      name: "Service",
      type: "string",
      description: "The reference to the service that hosts this API endpoint.",
      of: ({ spec: { service } }) => (service ? `${service.namespace}/${service.name}` : "Local"),
    },
    {
      name: "Available",
      type: "string",
      description: "Whether this service is available.",
      of: ({ status }) => {
        const available = status.conditions?.find(({ type }) => type === "Available");
        if (!available) return "Unknown";
        return available.status === "True" ? "True" : `${available.status} (${available.reason})`;
      },
    },
  ],
});

const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;

function validateAPIService({ metadata, spec }: APIService): FieldError[] {
  const errors: FieldError[] = [];
  const { group = "", version = "", service, caBundle } = spec;
  const expected = `${version}.${group}`;
  for (const field of ["generateName", "name"] as const) {
    const value = metadata[field];
    if (value && value !== expected && pathSegmentName(value).length === 0)
      errors.push(invalid(`metadata.${field}`, value, `must be \`spec.version+"."+spec.group\`: ${goQuote(expected)}`));
  }
  if (group === "") {
    // Only the API server itself serves the core group.
    if (version !== "v1")
      errors.push(required("spec.group", "only v1 may have an empty group and it better be legacy kube"));
  } else for (const problem of dnsSubdomain(group)) errors.push(invalid("spec.group", group, problem));
  for (const problem of dns1035Label(version)) errors.push(invalid("spec.version", version, problem));
  const { groupPriorityMinimum: groupPriority = 0, versionPriority = 0, insecureSkipTLSVerify = false } = spec;
  if (groupPriority <= 0 || groupPriority > MAX_GROUP_PRIORITY)
    errors.push(
      invalid("spec.groupPriorityMinimum", groupPriority, `must be positive and less than ${MAX_GROUP_PRIORITY}`),
    );
  if (versionPriority <= 0 || versionPriority > MAX_VERSION_PRIORITY)
    errors.push(
      invalid("spec.versionPriority", versionPriority, `must be positive and less than ${MAX_VERSION_PRIORITY}`),
    );
  if (!service) {
    if (caBundle)
      errors.push(
        invalid("spec.caBundle", `${base64Bytes(caBundle)} bytes`, "local APIServices may not have a caBundle"),
      );
    if (insecureSkipTLSVerify)
      errors.push(invalid("spec.insecureSkipTLSVerify", true, "local APIServices may not have insecureSkipTLSVerify"));
    return errors;
  }
  if (!service.namespace) errors.push(required("spec.service.namespace"));
  if (!service.name) errors.push(required("spec.service.name"));
  for (const problem of portNumber(service.port ?? 443))
    errors.push(invalid("spec.service.port", service.port, `port is not valid: ${problem}`));
  if (insecureSkipTLSVerify && caBundle)
    errors.push(invalid("spec.insecureSkipTLSVerify", true, "may not be true if caBundle is present"));
  return errors;
}

const STATUSES = ["True", "False", "Unknown"];

function validateStatus({ status }: APIService): FieldError[] {
  return (status.conditions ?? []).flatMap(({ status: value = "" }, i) =>
    STATUSES.includes(value) ? [] : [notSupported(`status.conditions[${i}].status`, value, STATUSES)],
  );
}

const base64Bytes = (text: string) => Math.floor((text.replace(/=+$/, "").length * 3) / 4);
