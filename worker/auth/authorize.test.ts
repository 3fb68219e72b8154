import { expect, test } from "vitest";
import { allowedTo, attributesOf, authority, identities, namesIn } from "../../test/fakes/authority.ts";
import { authorize } from "./authorize.ts";
import { anonymous } from "./user.ts";

/** Who is allowed. The administrator always is, and everybody else is not. */
const matrix: Readonly<Record<string, string>> = {
  "list pods in ns": "admin, edit, view, view everywhere, service account, control loop",
  "list pods": "view everywhere, control loop",
  "list pods in other": "view everywhere, control loop",
  "update pods in ns called p": "admin, edit, service account, control loop",
  "deletecollection pods in ns": "admin, edit, service account",
  "get pods/eviction in ns called p": "",
  "create pods/exec in ns called p": "admin, edit, service account",
  "get pods/log in ns called p": "admin, edit, view, view everywhere, service account",
  "list serviceaccounts in ns": "admin, edit, view, view everywhere, service account",
  "create serviceaccounts in ns called bot": "admin, edit, service account",
  "impersonate serviceaccounts in ns called bot": "admin, edit, service account",
  "impersonate users called root": "",
  "update deployments.apps in ns called d": "admin, edit, service account, control loop",
  "delete replicasets.apps in other called r": "control loop",
  "get deployments.apps/scale in ns called d": "admin, edit, view, view everywhere, service account, control loop",
  "create rolebindings.rbac.authorization.k8s.io in ns": "admin",
  "create clusterroles.rbac.authorization.k8s.io": "",
  "get namespaces in ns called ns": "admin, edit, view, view everywhere, service account",
  "delete namespaces in ns called ns": "",
  "get widgets.example.com in ns called w": "",
  "create selfsubjectaccessreviews.authorization.k8s.io":
    "admin, edit, view, view everywhere, node, other node, nameless node, bootstrap token, service account, control loop, somebody",
  "get /metrics": "",
  "get /version":
    "admin, edit, view, view everywhere, node, other node, nameless node, bootstrap token, service account, control loop, somebody, anonymous",
  "get /openid/v1/jwks":
    "admin, edit, view, view everywhere, node, other node, nameless node, bootstrap token, service account, control loop, somebody, anonymous",
  "get /apis/apps/v1":
    "admin, edit, view, view everywhere, node, other node, nameless node, bootstrap token, service account, control loop, somebody",
  "post /version": "",
};

test.each(Object.entries(matrix))("AUTHZ-PATH, AUTHZ-LOOP: %s: %s", async (request, allowed) => {
  expect(await allowedTo(request)).toEqual(namesIn(allowed));
});

const reasons: readonly (readonly [string, string, string])[] = [
  ["view", "get pods in ns called p", 'RBAC: allowed by RoleBinding "vi/ns" of ClusterRole "view" to User "vi"'],
  ["view everywhere", "list pods", 'RBAC: allowed by ClusterRoleBinding "sam" of ClusterRole "view" to User "sam"'],
  [
    "service account",
    "get pods in ns called p",
    'RBAC: allowed by RoleBinding "bot/ns" of ClusterRole "edit" to ServiceAccount "bot/ns"',
  ],
  ["somebody", "list pods in lost", 'RBAC: clusterrole.rbac.authorization.k8s.io "nowhere" not found'],
  ["somebody", "list pods in ns", ""],
  ["nameless node", "list nodes", 'unknown node for user "system:node:"'],
  ["other node", "get secrets in ns called named", "no relationship found between node 'n2' and this object"],
  ["node", "list serviceaccounts in ns", "can only create tokens for individual service accounts"],
  ["node", "list secrets in ns", "No Object name found"],
  ["node", "get nodes called n2", "node 'n1' cannot read 'n2', only its own Node object"],
  ["node", "list pods", "can only list/watch pods with spec.nodeName field selector"],
];

test.each(reasons)(
  "AUTHZ-ORDER: the answer to %s for a request to %s has the reason: %s",
  async (who, request, reason) => {
    expect((await authorize(identities[who] ?? anonymous, attributesOf(request), await authority())).reason).toBe(
      reason,
    );
  },
);
