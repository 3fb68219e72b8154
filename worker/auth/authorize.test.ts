import { expect, test } from "vitest";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Write } from "../../api/store/store.ts";
import { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import { ensureSystemObjects } from "../bootstrap/ensure.ts";
import { PolicySnapshot } from "../policy/snapshot.ts";
import { StoreClient } from "../storage/store-client.ts";
import type { StoreStub } from "../storage/store-stub.ts";
import type { Attributes } from "./attributes.ts";
import { authorize } from "./authorize.ts";
import { AUTHENTICATED, anonymous, MASTERS, type User } from "./user.ts";

const user = (name: string, ...groups: string[]): User => ({ name, groups: [...groups, AUTHENTICATED] });

const identities: Readonly<Record<string, User>> = {
  administrator: user("root", MASTERS),
  admin: user("ann"),
  edit: user("ed"),
  view: user("vi"),
  "view everywhere": user("sam"),
  node: user("system:node:n1", "system:nodes"),
  "other node": user("system:node:n2", "system:nodes"),
  "nameless node": user("system:node:", "system:nodes"),
  "bootstrap token": user("system:bootstrap:abcdef", "system:bootstrappers"),
  "service account": user("system:serviceaccount:ns:bot", "system:serviceaccounts", "system:serviceaccounts:ns"),
  "control loop": user("system:serviceaccount:kube-system:deployment-controller", "system:serviceaccounts"),
  somebody: user("nobody"),
  anonymous,
};

const write = (resource: string, object: KubeObject, fields: Record<string, string> = {}): Write => {
  const { namespace = "", name = "", ...rest } = object.metadata;
  const text = JSON.stringify({ ...object, metadata: { name, namespace, resourceVersion: "", uid: name, ...rest } });
  return { op: "create", key: { resource, namespace, name }, text, attributes: { labels: {}, fields } };
};

const binding = (name: string, namespace: string, role: string, subject: object): Write => {
  const kind = namespace === "" ? "ClusterRoleBinding" : "RoleBinding";
  const object = {
    kind,
    apiVersion: "rbac.authorization.k8s.io/v1",
    metadata: { name, namespace },
    roleRef: { kind: "ClusterRole", name: role },
    subjects: [subject],
  };
  return write(`${kind.toLowerCase()}s.rbac.authorization.k8s.io`, object);
};

const toUser = (name: string) => ({ kind: "User", name });

async function cluster() {
  const store = new MemoryStore() as StoreStub;
  await ensureSystemObjects(store, Date.parse("2026-11-01T00:00:00Z"), {
    ca: "",
    frontProxy: "",
    address: "",
    path: "",
    hasIngress: false,
    serviceRanges: ["10.96.0.0/16"],
  });
  const pod = {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name: "p", namespace: "ns" },
    spec: {
      nodeName: "n1",
      serviceAccountName: "bot",
      containers: [{ name: "c", envFrom: [{ secretRef: { name: "named" } }, { configMapRef: { name: "named" } }] }],
      resourceClaims: [{ name: "r", resourceClaimName: "device" }],
      volumes: [
        { name: "v", persistentVolumeClaim: { claimName: "claim" } },
        { name: "w", persistentVolumeClaim: { claimName: "thief" } },
      ],
    },
    status: { extendedResourceClaimStatus: { resourceClaimName: "extended" } },
  };
  // Whatever a node claims about its own pods gains it nothing.
  const mirror = {
    ...pod,
    metadata: { name: "m", namespace: "mirrored", annotations: { "kubernetes.io/config.mirror": "x" } },
  };
  const claim = { metadata: { name: "claim", namespace: "ns" }, spec: { volumeName: "volume" } };
  const thief = { metadata: { name: "thief", namespace: "ns" }, spec: { volumeName: "theirs" } };
  const onNode = (name: string): KubeObject => ({ metadata: { name }, spec: { nodeName: "n1" } }) as KubeObject;
  const volume = (name: string, claimRef: object, secret: string) => ({
    metadata: { name },
    spec: {
      claimRef,
      csi: { driver: "d", volumeHandle: "h", nodeStageSecretRef: { namespace: "vault", name: secret } },
    },
  });
  await store.commit({
    changesPolicy: true,
    writes: [
      binding("ann", "ns", "admin", toUser("ann")),
      binding("ed", "ns", "edit", toUser("ed")),
      binding("vi", "ns", "view", toUser("vi")),
      binding("sam", "", "view", toUser("sam")),
      binding("bot", "ns", "edit", { kind: "ServiceAccount", name: "bot" }),
      binding("lost", "lost", "nowhere", toUser("nobody")),
      write("pods", pod, { "spec.nodeName": "n1" }),
      write("persistentvolumeclaims", claim),
      write("volumeattachments.storage.k8s.io", onNode("attached")),
      write("resourceslices.resource.k8s.io", onNode("slice")),
      write("pods", mirror, { "spec.nodeName": "n1" }),
      write("persistentvolumeclaims", thief),
      write("persistentvolumes", volume("volume", { namespace: "ns", name: "claim" }, "key")),
      write("persistentvolumes", volume("theirs", { namespace: "other", name: "claim" }, "treasure")),
    ],
  });
  const policy = await PolicySnapshot.load(store);
  return { policy, store: new StoreClient(() => store, undefined) };
}

/**
 * `get secrets.example.com/status in NS called NAME`, or `get /path`. Objects may be selected: `of` nodes, `outside` of
 * nodes, or `titled` so.
 */
function parse(text: string): Attributes {
  const [verb = "", target = ""] = text.split(" ");
  if (target.startsWith("/")) return { verb, path: target };
  const [whole = "", subresource = ""] = target.split("/");
  const dot = whole.indexOf(".");
  const selected = / (of|outside|titled) (\S+)$/.exec(text);
  return {
    verb,
    group: dot < 0 ? "" : whole.slice(dot + 1),
    version: "v1",
    resource: dot < 0 ? whole : whole.slice(0, dot),
    subresource,
    namespace: / in (\S+)/.exec(text)?.[1] ?? "",
    name: / called (\S+)/.exec(text)?.[1] ?? "",
    ...(selected && {
      fieldSelector: [
        {
          of: "field",
          key: selected[1] === "titled" ? "metadata.name" : "spec.nodeName",
          operator: selected[1] === "outside" ? "notin" : "in",
          values: selected[2]?.split(",") ?? [],
        },
      ],
    }),
  };
}

/** Who is allowed. The administrator always is, and everybody else is not. */
const matrix: Readonly<Record<string, string>> = {
  "list pods in ns": "admin, edit, view, view everywhere, service account, control loop",
  "list pods in ns called p": "admin, edit, view, view everywhere, service account, control loop, node",
  "list pods": "view everywhere, control loop",
  "list pods of n1": "view everywhere, node, control loop",
  "list pods of n1,n2": "view everywhere, control loop",
  "list pods outside n1": "view everywhere, control loop",
  "list pods titled n1": "view everywhere, control loop",
  "list pods in other": "view everywhere, control loop",
  "watch pods in ns called p": "admin, edit, view, view everywhere, service account, control loop, node",
  "get pods in ns called p": "admin, edit, view, view everywhere, service account, control loop, node",
  "create pods in ns": "admin, edit, service account, node, other node",
  "update pods in ns called p": "admin, edit, service account, control loop",
  "delete pods in ns called p": "admin, edit, service account, node, other node",
  "deletecollection pods in ns": "admin, edit, service account",
  "patch pods/status in ns called p": "node, other node",
  "update pods/status in ns called p": "node, other node",
  "get pods/status in ns called p": "admin, edit, view, view everywhere, service account, control loop",
  "create pods/eviction in ns called p": "admin, edit, service account, node, other node",
  "get pods/eviction in ns called p": "",
  "update pods/binding in ns called p": "",
  "create pods/exec in ns called p": "admin, edit, service account",
  "get pods/log in ns called p": "admin, edit, view, view everywhere, service account",
  "get secrets in ns called named": "admin, edit, service account, node",
  "get secrets in ns called other": "admin, edit, service account",
  "get secrets in vault called key": "node",
  "get secrets in vault called treasure": "",
  "get secrets in mirrored called named": "",
  "get resourceclaims.resource.k8s.io in ns called device": "admin, edit, view, view everywhere, service account, node",
  "get resourceclaims.resource.k8s.io in ns called extended":
    "admin, edit, view, view everywhere, service account, node",
  "get resourceclaims.resource.k8s.io in mirrored called device": "view everywhere",
  "update resourceclaims.resource.k8s.io in ns called device": "admin, edit, service account",
  "get resourceclaims.resource.k8s.io/status in ns called device":
    "admin, edit, view, view everywhere, service account",
  "create serviceaccounts/token in mirrored called bot": "",
  "get serviceaccounts in ns called bot": "admin, edit, view, view everywhere, service account, node",
  "list serviceaccounts in ns": "admin, edit, view, view everywhere, service account",
  "list secrets in ns": "admin, edit, service account",
  "watch secrets in ns called named": "admin, edit, service account, node",
  "update secrets in ns called named": "admin, edit, service account",
  "get secrets/status in ns called named": "",
  "get configmaps in ns called named": "admin, edit, view, view everywhere, service account, node",
  "get configmaps called named": "view everywhere",
  "delete configmaps in ns called named": "admin, edit, service account",
  "get persistentvolumeclaims in ns called claim": "admin, edit, view, view everywhere, service account, node",
  "update persistentvolumeclaims in ns called claim": "admin, edit, service account",
  "get persistentvolumeclaims/status in ns called claim": "admin, edit, view, view everywhere, service account",
  "patch persistentvolumeclaims/status in ns called claim": "node",
  "patch persistentvolumeclaims/status in ns called other": "",
  "update persistentvolumeclaims/status in ns called claim": "node",
  "get persistentvolumes called volume": "node",
  "get persistentvolumes called theirs": "",
  "get persistentvolumes called other": "",
  "list persistentvolumes": "",
  "delete persistentvolumes called volume": "",
  "get persistentvolumes/status called volume": "",
  "get volumeattachments.storage.k8s.io called attached": "node",
  "delete volumeattachments.storage.k8s.io called attached": "",
  "create serviceaccounts/token in ns called bot": "admin, edit, service account, node",
  "create serviceaccounts/token in ns": "admin, edit, service account",
  "get serviceaccounts/token in ns called bot": "",
  "create serviceaccounts in ns called bot": "admin, edit, service account",
  "create serviceaccounts/status in ns called bot": "",
  "impersonate serviceaccounts in ns called bot": "admin, edit, service account",
  "impersonate users called root": "",
  "get nodes called n1": "node",
  "list nodes": "",
  "create nodes": "node, other node",
  "patch nodes/status called n1": "node, other node",
  "update nodes/status called n1": "node, other node",
  "get nodes/status called n1": "",
  "get nodes/proxy called n1": "",
  "update nodes called n1": "node, other node",
  "watch nodes called n1": "node",
  "delete nodes called n1": "",
  "update leases.coordination.k8s.io in kube-node-lease called n1": "node",
  "delete leases.coordination.k8s.io in kube-node-lease called n1": "node",
  "create leases.coordination.k8s.io in kube-node-lease": "node, other node",
  "list leases.coordination.k8s.io in kube-node-lease called n1": "",
  "get csinodes.storage.k8s.io called n1": "node",
  "create csinodes.storage.k8s.io": "node, other node",
  "list csinodes.storage.k8s.io": "",
  "list csinodes.storage.k8s.io called n1": "",
  "patch csinodes.storage.k8s.io/status called n1": "",
  "update leases.coordination.k8s.io in ns called n1": "admin, edit, service account",
  "update deployments.apps in ns called d": "admin, edit, service account, control loop",
  "delete replicasets.apps in other called r": "control loop",
  "get deployments.apps/scale in ns called d": "admin, edit, view, view everywhere, service account, control loop",
  "create rolebindings.rbac.authorization.k8s.io in ns": "admin",
  "create clusterroles.rbac.authorization.k8s.io": "",
  "get namespaces in ns called ns": "admin, edit, view, view everywhere, service account",
  "delete namespaces in ns called ns": "",
  "create resourceslices.resource.k8s.io": "node, other node",
  "get resourceslices.resource.k8s.io called slice": "node",
  "delete resourceslices.resource.k8s.io called slice": "node",
  "patch resourceslices.resource.k8s.io/status called slice": "",
  "approve resourceslices.resource.k8s.io called slice": "",
  "list resourceslices.resource.k8s.io": "",
  "list resourceslices.resource.k8s.io of n1": "node",
  "deletecollection resourceslices.resource.k8s.io": "",
  "deletecollection resourceslices.resource.k8s.io of n1": "node",
  "get widgets.example.com in ns called w": "",
  "create selfsubjectaccessreviews.authorization.k8s.io":
    "admin, edit, view, view everywhere, node, other node, nameless node, bootstrap token, service account, control loop, somebody",
  "create subjectaccessreviews.authorization.k8s.io": "node, other node",
  "get /metrics": "",
  "get /version":
    "admin, edit, view, view everywhere, node, other node, nameless node, bootstrap token, service account, control loop, somebody, anonymous",
  "get /openid/v1/jwks":
    "admin, edit, view, view everywhere, node, other node, nameless node, bootstrap token, service account, control loop, somebody, anonymous",
  "get /apis/apps/v1":
    "admin, edit, view, view everywhere, node, other node, nameless node, bootstrap token, service account, control loop, somebody",
  "post /version": "",
};

test.each(Object.entries(matrix))(
  "AUTHZ-PATH, AUTHZ-LOOP, NODE-OWN, NODE-NAMED, NODE-TOKEN: %s: %s",
  async (request, allowed) => {
    const authority = await cluster();
    const may: string[] = [];
    for (const [name, who] of Object.entries(identities)) {
      if ((await authorize(who, parse(request), authority)).allowed) may.push(name);
    }
    const expected = ["administrator", ...allowed.split(", ")].filter((name) => name !== "");
    expect(new Set(may)).toEqual(new Set(expected));
  },
);

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
    expect((await authorize(identities[who] ?? anonymous, parse(request), await cluster())).reason).toBe(reason);
  },
);
