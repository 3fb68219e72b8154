/** Writes into aggregated ClusterRoles the rules of all roles that their selectors match. */
import type { PolicyRule } from "../../api/generated/rbac.v1.ts";
import { defineController, settled } from "./controller.ts";
import { selects } from "./label-selector.ts";
import { same } from "./same.ts";

const NAME = "clusterrole-aggregation-controller";
const RESOURCE = "clusterroles.rbac.authorization.k8s.io";

export const clusterRoleAggregation = defineController({
  name: NAME,
  reads: [RESOURCE],
  writes: [RESOURCE],
  itemsOf: ({ snapshot }) =>
    snapshot
      .list(RESOURCE)
      .filter(({ aggregationRule }) => aggregationRule)
      .map(({ metadata }) => metadata.name),
  reconcile(name, { snapshot }) {
    const role = snapshot.get(RESOURCE, "", name);
    if (!role?.aggregationRule) return settled;
    const { clusterRoleSelectors = [] } = role.aggregationRule;
    const rules: PolicyRule[] = [];
    const seen = new Set<string>();
    for (const selector of clusterRoleSelectors) {
      const contributors = snapshot
        .list(RESOURCE)
        .filter((each) => each !== role && selects(selector, each.metadata.labels) && !seen.has(each.metadata.name))
        .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      for (const each of contributors) {
        seen.add(each.metadata.name);
        for (const rule of each.rules ?? []) if (!rules.some((known) => same(known, rule))) rules.push(rule);
      }
    }
    if (same(role.rules ?? [], rules)) return settled;
    const object = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name },
      ...(rules.length > 0 ? { rules } : {}),
    };
    return {
      effects: [{ op: "apply", resource: RESOURCE, namespace: "", fieldManager: NAME, object }],
    };
  },
});
