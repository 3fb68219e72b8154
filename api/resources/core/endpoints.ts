import type { EndpointSubset, Endpoints } from "../../generated/core.v1.ts";
import { ipWarnings } from "../../machinery/network/ip-warnings.ts";
import { joinHostPort } from "../../machinery/network/join-host-port.ts";
import { defineResource } from "../resource.ts";
import { validateEndpoints } from "./endpoints-validation.ts";

const SHOWN = 3;

export const endpoints = defineResource<Endpoints>({
  group: "",
  version: "v1",
  kind: "Endpoints",
  plural: "endpoints",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "meta", "whole"],
  shortNames: ["ep"],
  allowCreateOnUpdate: true,
  defaults: ({ subsets }) => {
    for (const { ports = [] } of subsets ?? []) for (const port of ports) if (!port.protocol) port.protocol = "TCP";
  },
  validate: validateEndpoints,
  warnings: ({ subsets = [] }) =>
    subsets.flatMap((subset, i) =>
      (["addresses", "notReadyAddresses"] as const).flatMap((list) =>
        (subset[list] ?? []).flatMap(({ ip }, j) => ipWarnings(`subsets[${i}].${list}[${j}].ip`, ip)),
      ),
    ),
  deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  columns: [
    {
      name: "Endpoints",
      type: "string",
      description: { field: "core.v1.Endpoints.subsets" },
      of: ({ subsets = [] }) => printSubsets(subsets),
    },
  ],
});

function printSubsets(subsets: readonly EndpointSubset[]): string {
  if (subsets.length === 0) return "<none>";
  const shown: string[] = [];
  let count = 0;
  for (const { addresses = [], ports = [] } of subsets)
    for (const port of ports.length > 0 ? ports : [undefined])
      for (const { ip } of addresses) {
        count++;
        if (shown.length < SHOWN) shown.push(port ? joinHostPort(ip, port.port) : ip);
      }
  return count > shown.length ? `${shown.join(",")} + ${count - SHOWN} more...` : shown.join(",");
}
