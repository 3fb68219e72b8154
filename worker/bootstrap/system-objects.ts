/** What every cluster has from its first moment: what kube-apiserver makes sure of when it starts. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { apiServices } from "./api-services.ts";
import { flowControl } from "./flow-control.ts";
import { kubernetesService } from "./kubernetes-service.ts";
import { namespaces } from "./namespaces.ts";
import { priorityClasses } from "./priority-classes.ts";
import { publicFacts } from "./public-facts.ts";
import { defaultRoles } from "./roles/index.ts";

/** `at` is the moment, RFC 3339, that conditions carry. In the order in which they are made. */
export const systemObjects = (at: string, ca: string): readonly KubeObject[] => [
  ...namespaces,
  ...priorityClasses,
  ...defaultRoles(),
  ...publicFacts(ca),
  ...kubernetesService(at),
  ...flowControl(at),
  ...apiServices(at),
];
