import { expect, it } from "vitest";
import type { ClusterRole, PolicyRule } from "../../api/generated/rbac.v1.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import { clusterRoleAggregation } from "./cluster-role-aggregation.ts";

const ROLES = "clusterroles.rbac.authorization.k8s.io";
const read = (resource: string): PolicyRule => ({ apiGroups: [""], resources: [resource], verbs: ["get"] });
const role = (name: string, rest: Partial<ClusterRole>, labels: Record<string, string> = {}): ClusterRole => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name, labels },
  ...rest,
});

it("CTL-APPLY: an aggregated role gets the rules of the selected roles by apply, sorted by name and without duplicates", async () => {
  const at = controlledCluster([clusterRoleAggregation]);
  at.cluster.put(ROLES, role("all", { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: "all" } }] } }));
  at.cluster.put(ROLES, role("b", { rules: [read("pods"), read("nodes")] }, { to: "all" }));
  at.cluster.put(ROLES, role("a", { rules: [read("pods")] }, { to: "all" }));
  at.cluster.put(ROLES, role("c", { rules: [read("secrets")] }));
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(at.cluster.get<ClusterRole>(ROLES, "", "all")?.rules).toEqual([read("pods"), read("nodes")]);
  expect(at.cluster.requests).toEqual([`apply as clusterrole-aggregation-controller ${ROLES} all`]);
});

it("CTL-ENDING-STILL: an aggregated role that is being deleted loses what its parts lose", async () => {
  const at = controlledCluster([clusterRoleAggregation]);
  const all = role("all", { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: "all" } }] } });
  at.cluster.put(ROLES, { ...all, metadata: { ...all.metadata, finalizers: ["example.com/hold"] } });
  at.cluster.put(ROLES, role("a", { rules: [read("pods"), read("secrets")] }, { to: "all" }));
  await at.settle();
  at.cluster.remove(ROLES, "", "all");
  at.cluster.change<ClusterRole>(ROLES, "", "a", (draft) => {
    draft.rules = [read("pods")];
  });
  await at.settle();
  expect(at.cluster.get<ClusterRole>(ROLES, "", "all")?.rules).toEqual([read("pods")]);
});
