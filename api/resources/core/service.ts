import type { Service } from "../../generated/core.v1.ts";
import { nameIsLabel } from "../../machinery/names.ts";
import type { IPFamily } from "../../machinery/network/ip.ts";
import { loadBalancerWarnings } from "../../machinery/network/ip-warnings.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { formatLabels } from "./cells.ts";
import { unallocatable } from "./service/service-allocation.ts";
import { defaultService } from "./service/service-defaults.ts";
import { completeFamilies } from "./service/service-families.ts";
import { validateServiceStatus } from "./service/service-status.ts";
import { carryOver, dropUnusedPolicy, prepareClusterIps } from "./service/service-strategy.ts";
import { validateServiceUpdate } from "./service/service-update.ts";
import { validateService } from "./service/service-validation.ts";
import { serviceWarnings } from "./service/service-warnings.ts";

/** For a cluster with addresses of these families. */
const serviceOf = (cluster: readonly IPFamily[]) =>
  defineResource<Service>({
    group: "",
    version: "v1",
    kind: "Service",
    plural: "services",
    scope: "Namespaced",
    updateChecks: ["metaChanges", "changes", "whole"],
    deleteReturnsObject: true,
    shortNames: ["svc"],
    allowCreateOnUpdate: true,
    categories: ["all"],
    validateName: nameIsLabel,
    defaults: defaultService,
    prepareCreate: (draft) => {
      prepareClusterIps(draft);
      dropUnusedPolicy(draft);
      completeFamilies(draft, { cluster });
      draft.status = { loadBalancer: {} };
    },
    prepareUpdate: (draft, old) => {
      carryOver(draft, old);
      dropUnusedPolicy(draft);
      completeFamilies(draft, { old, cluster });
      if (draft.spec.type !== "LoadBalancer") draft.status = { ...draft.status, loadBalancer: {} };
    },
    unallocatable: (object, setting) => unallocatable(object, { ...setting, cluster }),
    validate: validateService,
    validateUpdate: validateServiceUpdate,
    warnings: serviceWarnings,
    status: {
      validateUpdate: validateServiceStatus,
      warnings: ({ status }) => loadBalancerWarnings(status.loadBalancer?.ingress),
    },
    subresources: {
      proxy: {
        verbs: ["create", "delete", "get", "patch", "update"],
        kind: { group: "", version: "v1", kind: "ServiceProxyOptions" },
      },
    },
    fields: {
      "spec.clusterIP": ({ spec }) => spec.clusterIP ?? "",
      "spec.type": ({ spec }) => spec.type ?? "",
    },
    columns: [
      {
        name: "Type",
        type: "string",
        description: { field: "core.v1.ServiceSpec.type" },
        of: ({ spec }) => spec.type ?? "",
      },
      {
        name: "Cluster-IP",
        type: "string",
        description: { field: "core.v1.ServiceSpec.clusterIP" },
        of: ({ spec }) => spec.clusterIPs?.[0] ?? "<none>",
      },
      {
        name: "External-IP",
        type: "string",
        description: { field: "core.v1.ServiceSpec.externalIPs" },
        of: externalAddresses,
      },
      {
        name: "Port(s)",
        type: "string",
        description: { field: "core.v1.ServiceSpec.ports" },
        of: ({ spec }) =>
          (spec.ports ?? [])
            .map(({ port, nodePort, protocol }) => `${nodePort ? `${port}:${nodePort}` : port}/${protocol}`)
            .join(",") || "<none>",
      },
      ageColumn,
      {
        name: "Selector",
        type: "string",
        priority: 1,
        description: { field: "core.v1.ServiceSpec.selector" },
        of: ({ spec }) => formatLabels(spec.selector),
      },
    ],
    age: false,
  });

export const service = serviceOf(["IPv4"]);
export const dualStackService = serviceOf(["IPv4", "IPv6"]);

function externalAddresses({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  switch (spec.type) {
    case "ExternalName":
      return spec.externalName ?? "";
    case "LoadBalancer": {
      const given = (status.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "");
      const addresses = [...new Set(given.filter(Boolean))].sort();
      return [...addresses, ...external].join(",") || "<pending>";
    }
    case "ClusterIP":
    case "NodePort":
      return external.join(",") || "<none>";
    default:
      return "<unknown>";
  }
}
