/** What the reader may do, as the API server says: what it would refuse is not offered. */
import { useEffect, useState } from "preact/hooks";
import type { SelfSubjectAccessReview } from "../../api/generated/authorization.v1.ts";
import { readOnly } from "../read-only.ts";
import { api } from "./connection.ts";
import type { Kind, ObjectName } from "./kind.ts";

export interface Deed {
  readonly verb: string;
  readonly subresource?: string;
}

/** False until it is known. Where the question fails, the deed may be tried: the API server decides again. */
export function useMay({ verb, subresource = "" }: Deed, kind: Kind, { namespace, name }: ObjectName): boolean {
  const [allowed, setAllowed] = useState(false);
  const { group, plural, namespaced } = kind;
  useEffect(() => {
    let asked = true;
    const attributes = {
      verb,
      group,
      resource: plural,
      name,
      ...(subresource ? { subresource } : {}),
      ...(namespaced ? { namespace } : {}),
    };
    void review(attributes).then((answer) => asked && setAllowed(answer));
    return () => {
      asked = false;
    };
  }, [verb, subresource, group, plural, namespaced, namespace, name]);
  return allowed && !readOnly.value;
}

type Attributes = SelfSubjectAccessReview["spec"]["resourceAttributes"];

async function review(resourceAttributes: Attributes): Promise<boolean> {
  const question = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    metadata: {},
    spec: { resourceAttributes },
  } as SelfSubjectAccessReview;
  const target = { resource: "selfsubjectaccessreviews.authorization.k8s.io" };
  const outcome = await api.create<SelfSubjectAccessReview>(target, question).catch(() => undefined);
  return outcome?.ok ? outcome.object.status.allowed === true : true;
}
