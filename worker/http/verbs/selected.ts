import type { ListRequest } from "../../../api/store/store.ts";
import { storageResource } from "../../kinds/kind-registry.ts";
import type { RequestContext } from "../../request-context.ts";
import type { Selection } from "../request/list-options.ts";

type Selected = Pick<ListRequest, "resource" | "namespace" | "name" | "requirements">;

/** The objects that a list or watch requests, by path and selectors. */
export function selectedBy({ served: { resource }, path }: RequestContext, selection: Selection): Selected {
  const namespace = path.namespace !== "" ? path.namespace : selection.namespace;
  const name = path.name !== "" ? path.name : selection.name;
  return {
    resource: storageResource(resource),
    ...(namespace !== undefined && resource.scope === "Namespaced" ? { namespace } : {}),
    ...(name === undefined ? {} : { name }),
    ...(selection.requirements.length > 0 ? { requirements: selection.requirements } : {}),
  };
}
