import type { PodTemplate } from "../../generated/core.v1.ts";
import { defineResource } from "../resource.ts";
import { containerImages, containerNames, formatLabels } from "./cells.ts";
import { defaultPodSpec, podWarnings, validatePodTemplateSpec } from "./pod/pod-template.ts";

export const podTemplate = defineResource<PodTemplate>({
  group: "",
  version: "v1",
  kind: "PodTemplate",
  plural: "podtemplates",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  deleteReturnsObject: true,
  generation: true,
  generationOf: ({ template }) => template,
  podSpec: ({ template }) => template?.spec,
  defaults: ({ template }) => {
    if (template?.spec) defaultPodSpec(template.spec);
  },
  validate: ({ template }, old) => validatePodTemplateSpec(template ?? {}, "template", { old: old?.template?.spec }),
  // An unchanged template causes no warnings again.
  warnings: ({ metadata, template }, old) =>
    old && old.metadata.generation === metadata.generation ? [] : podWarnings(template ?? {}, "template"),
  columns: [
    {
      name: "Containers",
      type: "string",
      description: "Names of each container in the template.",
      of: ({ template }) => containerNames(template),
    },
    {
      name: "Images",
      type: "string",
      description: "Images referenced by each container in the template.",
      of: ({ template }) => containerImages(template),
    },
    {
      name: "Pod Labels",
      type: "string",
      description: "The labels for the pod template.",
      of: ({ template }) => formatLabels(template?.metadata?.labels),
    },
  ],
  age: false,
});
