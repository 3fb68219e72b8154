import type { ConfigMap } from "../../generated/core.v1.ts";
import { defineResource } from "../resource.ts";

export const configMap = defineResource<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
  shortNames: ["cm"],
  allowUnconditionalUpdate: true,
  columns: [
    {
      name: "Data",
      type: "string",
      description: "Data contains the configuration data.",
      of: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    },
  ],
});
