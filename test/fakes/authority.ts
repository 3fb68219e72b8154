/** A cluster with roles, nodes and what nodes use, and who asks for what there. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Write } from "../../api/store/store.ts";
import { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import type { Attributes } from "../../worker/auth/attributes.ts";
import { authorize } from "../../worker/auth/authorize.ts";
import { AUTHENTICATED, anonymous, MASTERS, type User } from "../../worker/auth/user.ts";
import { ensureSystemObjects } from "../../worker/bootstrap/ensure.ts";
import { PolicySnapshot } from "../../worker/policy/snapshot.ts";
import { StoreClient } from "../../worker/storage/store-client.ts";
import type { StoreStub } from "../../worker/storage/store-stub.ts";

const user = (name: string, ...groups: string[]): User => ({ name, groups: [...groups, AUTHENTICATED] });

export const identities: Readonly<Record<string, User>> = {
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

export async function authority() {
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
        { name: "x", persistentVolumeClaim: { claimName: "burglar" } },
        { name: "y", csi: { driver: "d", nodePublishSecretRef: { name: "published" } } },
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
  const burglar = { metadata: { name: "burglar", namespace: "ns" }, spec: { volumeName: "neighbours" } };
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
      write("persistentvolumeclaims", burglar),
      write("persistentvolumes", volume("volume", { namespace: "ns", name: "claim" }, "key")),
      write("persistentvolumes", volume("neighbours", { namespace: "ns", name: "neighbour" }, "jewels")),
      write("persistentvolumes", volume("unclaimed", {}, "key")),
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
export function attributesOf(text: string): Attributes {
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

/** The identities that are allowed to make a request. */
export async function allowedTo(request: string): Promise<ReadonlySet<string>> {
  const known = await authority();
  const may = new Set<string>();
  for (const [name, who] of Object.entries(identities))
    if ((await authorize(who, attributesOf(request), known)).allowed) may.add(name);
  return may;
}

/** `administrator` is always among them. */
export const namesIn = (list: string): ReadonlySet<string> =>
  new Set(["administrator", ...list.split(", ").filter((name) => name !== "")]);
