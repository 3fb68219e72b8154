/** What the user may do, according to the API server: actions that it would refuse are not offered. */
import { useEffect, useState } from "preact/hooks";
import type { SelfSubjectAccessReview } from "../../api/generated/authorization.v1.ts";
import type { PolicyRule } from "../../api/generated/rbac.v1.ts";
import { readOnly } from "../read-only.ts";
import { api } from "./connection.ts";
import type { Kind, ObjectName } from "./kind.ts";
import { ownRules } from "./own-rules.ts";
import { ruleAllows } from "./rule-allows.ts";

export interface Deed {
  readonly verb: string;
  readonly subresource?: string;
}

/** False until it is known. If the question fails, the action is offered: the API server decides anyway. */
export function useMay({ verb, subresource = "" }: Deed, kind: Kind, { namespace, name }: ObjectName): boolean {
  const [allowed, setAllowed] = useState(false);
  const { group, plural, namespaced } = kind;
  useEffect(() => {
    let requested = true;
    const resource = subresource ? `${plural}/${subresource}` : plural;
    const decide = async () => {
      // The rules of a namespace say nothing about cluster-scoped objects.
      const rules = namespaced ? await ownRules(namespace) : undefined;
      // A new object has no name yet, so rules with names do not apply.
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
    void decide().then((allowed) => requested && setAllowed(allowed));
    return () => {
      requested = false;
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
