import type { Node, NodeStatus } from "../../generated/core.v1.ts";
import { cidrWarnings } from "../../machinery/network/ip-warnings.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { validateNode, validateNodeUpdate } from "./node-validation.ts";
import { roundResources } from "./resource-list.ts";

const ROLE_PREFIX = "node-role.kubernetes.io/";

/** The node info is printed in full, even if nothing is known yet. */
const NO_INFO = {
  machineID: "",
  systemUUID: "",
  bootID: "",
  kernelVersion: "",
  osImage: "",
  containerRuntimeVersion: "",
  kubeletVersion: "",
  kubeProxyVersion: "",
  operatingSystem: "",
  architecture: "",
};

export const node = defineResource<Node>({
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  scope: "Cluster",
  shortNames: ["no"],
  defaults: ({ spec, status }) => {
    // The single range is the list's first; if they differ, the single one wins.
    if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
    else if (!spec.podCIDR && spec.podCIDRs?.[0]) spec.podCIDR = spec.podCIDRs[0];
    status.daemonEndpoints ??= { kubeletEndpoint: { Port: 0 } };
    status.nodeInfo = { ...NO_INFO, ...status.nodeInfo };
    roundResources(status.capacity);
    if (Object.keys(status.allocatable ?? {}).length === 0 && status.capacity)
      status.allocatable = { ...status.capacity };
    roundResources(status.allocatable);
  },
  // The dynamic kubelet configuration was removed in v1.24: stored nodes keep it, new ones get none.
  prepareCreate: ({ spec, status }) => {
    delete spec.configSource;
    delete status.config;
  },
  prepareUpdate: ({ spec }, { spec: old }) => {
    if (!old.configSource) delete spec.configSource;
  },
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  warnings: ({ spec }) => [
    ...(spec.configSource ? ["spec.configSource: the feature is removed"] : []),
    ...(spec.externalID ? ["spec.externalID: this field is deprecated, and is unused by Kubernetes"] : []),
    ...(spec.podCIDRs ?? []).flatMap((range, i) => cidrWarnings(`spec.podCIDRs[${i}]`, range)),
  ],
  status: {
    settableOnCreate: true,
    prepareUpdate: (next, old) => {
      next.spec = old.spec;
      if (!old.status.config) delete next.status.config;
    },
    validateUpdate: validateNodeUpdate,
  },
  subresources: {
    proxy: {
      verbs: ["create", "delete", "get", "patch", "update"],
      kind: { group: "", version: "v1", kind: "NodeProxyOptions" },
    },
  },
  fields: {
    "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false),
  },
  columns: [
    {
      name: "Status",
      type: "string",
      description: "The status of the node",
      of: ({ spec, status }) => (spec.unschedulable ? `${readiness(status)},SchedulingDisabled` : readiness(status)),
    },
    { name: "Roles", type: "string", description: "The roles of the node", of: roles },
    ageColumn,
    {
      name: "Version",
      type: "string",
      description: { field: "core.v1.NodeSystemInfo.kubeletVersion" },
      of: ({ status }) => status.nodeInfo?.kubeletVersion ?? "",
    },
    {
      name: "Internal-IP",
      type: "string",
      priority: 1,
      description: { field: "core.v1.NodeStatus.addresses" },
      of: ({ status }) => address(status, "InternalIP"),
    },
    {
      name: "External-IP",
      type: "string",
      priority: 1,
      description: { field: "core.v1.NodeStatus.addresses" },
      of: ({ status }) => address(status, "ExternalIP"),
    },
    {
      name: "OS-Image",
      type: "string",
      priority: 1,
      description: { field: "core.v1.NodeSystemInfo.osImage" },
      of: ({ status }) => status.nodeInfo?.osImage || "<unknown>",
    },
    {
      name: "Kernel-Version",
      type: "string",
      priority: 1,
      description: { field: "core.v1.NodeSystemInfo.kernelVersion" },
      of: ({ status: { nodeInfo } }) =>
        (nodeInfo?.kernelVersion || "<unknown>") + (nodeInfo?.architecture ? ` (${nodeInfo.architecture})` : ""),
    },
    {
      name: "Container-Runtime",
      type: "string",
      priority: 1,
      description: { field: "core.v1.NodeSystemInfo.containerRuntimeVersion" },
      of: ({ status }) => status.nodeInfo?.containerRuntimeVersion || "<unknown>",
    },
  ],
  age: false,
});

function readiness({ conditions = [] }: NodeStatus): string {
  const ready = conditions.findLast(({ type }) => type === "Ready");
  return !ready ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
}

function roles({ metadata }: Node): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) found.add(key.slice(ROLE_PREFIX.length));
    else if (key === "kubernetes.io/role" && value !== "") found.add(value);
  }
  return [...found].sort().join(",") || "<none>";
}

const address = ({ addresses = [] }: NodeStatus, type: string) =>
  addresses.find((candidate) => candidate.type === type)?.address ?? "<none>";
