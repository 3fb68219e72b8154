/** What the reader may do, as the API server says: what it would refuse is not offered. */
import { useEffect, useState } from "preact/hooks";
import type { SelfSubjectAccessReview } from "../../api/generated/authorization.v1.ts";
import type { PolicyRule } from "../../api/generated/rbac.v1.ts";
import { ruleAllows } from "../access/rule-allows.ts";
import { readOnly } from "../read-only.ts";
import { api } from "./connection.ts";
import type { Kind, ObjectName } from "./kind.ts";
import { ownRules } from "./own-rules.ts";

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
    const resource = subresource ? `${plural}/${subresource}` : plural;
    const decide = async () => {
      // Rules of a namespace say nothing of what is in none.
      const rules = namespaced ? await ownRules(namespace) : undefined;
      // What has no name yet is not among names.
      const fits = ({ resourceNames = [] }: PolicyRule) => name !== "" || resourceNames.length === 0;
      if (rules) return rules.some((rule) => fits(rule) && ruleAllows(rule, { verb, group, resource, name }));
      return review({
        verb,
        group,
        resource: plural,
        name,
        ...(subresource ? { subresource } : {}),
        ...(namespaced ? { namespace } : {}),
      });
    };
    void decide().then((answer) => asked && setAllowed(answer));
    return () => {
      asked = false;
    };
  }, [verb, subresource, group, plural, namespaced, namespace, name]);
  return allowed && !readOnly.value;
}

type Attributes = SelfSubjectAccessReview["spec"]["resourceAttributes"];

export async function review(resourceAttributes: Attributes): Promise<boolean> {
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
