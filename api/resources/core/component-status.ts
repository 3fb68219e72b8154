import type { ComponentStatus } from "../../generated/core.v1.ts";
import { defineResource } from "../resource.ts";

const healthy = ({ conditions = [] }: ComponentStatus) => conditions.find(({ type }) => type === "Healthy");

export const componentStatus = defineResource<ComponentStatus>({
  group: "",
  version: "v1",
  kind: "ComponentStatus",
  plural: "componentstatuses",
  scope: "Cluster",
  shortNames: ["cs"],
  verbs: ["get", "list"],
  deprecation: "v1 ComponentStatus is deprecated in v1.19+",
  columns: [
    {
      name: "Status",
      type: "string",
      description: "Status of the component conditions",
      of: (component) => {
        const status = healthy(component)?.status;
        return status === "True" ? "Healthy" : status === "False" ? "Unhealthy" : "Unknown";
      },
    },
    {
      name: "Message",
      type: "string",
      description: "Message of the component conditions",
      of: (component) => healthy(component)?.message ?? "",
    },
    {
      name: "Error",
      type: "string",
      description: "Error of the component conditions",
      of: (component) => healthy(component)?.error ?? "",
    },
  ],
  age: false,
});
