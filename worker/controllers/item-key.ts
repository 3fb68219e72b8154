import type { KubeObject } from "../../api/machinery/meta.ts";
import type { ItemKey } from "./controller.ts";

/** `namespace/name`, or `name` for cluster scope. */
export const itemKey = (object: KubeObject): ItemKey => {
  const { namespace, name = "" } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
};

export const itemOf = (namespace: string, name: string): ItemKey => (namespace === "" ? name : `${namespace}/${name}`);

export function splitItem(item: ItemKey): { namespace: string; name: string } {
  const slash = item.indexOf("/");
  return { namespace: slash < 0 ? "" : item.slice(0, slash), name: item.slice(slash + 1) };
}
