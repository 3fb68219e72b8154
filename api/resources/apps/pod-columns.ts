/** The wide columns of all kinds with a pod template. */
import type { PodTemplateSpec } from "../../generated/core.v1.ts";
import type { LabelSelector } from "../../generated/meta.v1.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import { printLabelSelector } from "../../machinery/selectors/selector.ts";
import { containerImages, containerNames } from "../core/cells.ts";
import type { Column } from "../resource.ts";

export const containersColumn = <T extends KubeObject>(template: (object: T) => PodTemplateSpec): Column<T> => ({
  name: "Containers",
  type: "string",
  priority: 1,
  description: "Names of each container in the template.",
  of: (object) => containerNames(template(object)),
});

export const imagesColumn = <T extends KubeObject>(template: (object: T) => PodTemplateSpec): Column<T> => ({
  name: "Images",
  type: "string",
  priority: 1,
  description: "Images referenced by each container in the template.",
  of: (object) => containerImages(template(object)),
});

export const selectorColumn = <T extends KubeObject>(
  selector: (object: T) => LabelSelector | undefined,
  description: string | { readonly field: string },
): Column<T> => ({
  name: "Selector",
  type: "string",
  priority: 1,
  description,
  of: (object) => printLabelSelector(selector(object)),
});
