/** The displayed object without the rounding of JavaScript's numbers, for its text. */
import { useEffect, useState } from "preact/hooks";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { exactApi } from "../api/connection.ts";
import { apiVersionOf, type Kind, targetOf } from "../api/kind.ts";
import { statusText } from "../api/status-text.ts";
import { moment } from "../route.ts";
import { mayBeRounded } from "./rounded.ts";

export type ExactObject = { readonly object: Stored<KubeObject> } | { readonly problem: string } | undefined;

/** Undefined while it is read, which only an object with an integer beyond 2^53 has to be. */
export function useExactObject(kind: Kind, object: Stored<KubeObject>): ExactObject {
  const [read, setRead] = useState<ExactObject>(undefined);
  const rounded = mayBeRounded(object);
  const { namespace = "", name, resourceVersion } = object.metadata;
  useEffect(() => {
    if (!rounded) return;
    let wanted = true;
    void readExact(kind, namespace, name).then((exact) => wanted && setRead(exact));
    return () => {
      wanted = false;
    };
  }, [rounded, resourceVersion]);
  return rounded ? read : { object };
}

/** Listed, since only a list can be of the past. */
async function readExact(kind: Kind, namespace: string, name: string): Promise<ExactObject> {
  const at = moment.peek();
  const query = { fieldSelector: `metadata.name=${name}` };
  const past = at === "" ? {} : { resourceVersion: at, resourceVersionMatch: "Exact" };
  try {
    const found = await exactApi.list(targetOf(kind, { namespace }), { ...query, ...past });
    if (!found.ok) return { problem: statusText(found.status) };
    const [object] = found.object.items;
    return object ? { object: { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind } } : undefined;
  } catch {
    return { problem: "The cluster does not answer." };
  }
}
