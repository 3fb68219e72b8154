import { expect, test } from "vitest";
import { type Answer, API, BASE, call, newNamespace, pod } from "../../../../test/workers/core-calls.ts";

const REQUEST_OF_ALICE =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1IOENBUUF3SFRFTU1Bb0dBMVVFQ2d3RFpHVjJNUTB3Q3dZRFZRUUREQVJxWVc1bE1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUU1eWRaa2tSc1AyS0FxNG51Tk1YRFRjWDh4MHVzaVFCZUhzRWdmNGU3CkVHV3U0M1N0OHVtMWZlNFZ1WU40TmdXQ2Y4L0I1TVlFaUYzWWwxamN1QkFQazZBQU1Bb0dDQ3FHU000OUJBTUMKQTBrQU1FWUNJUUQyN1BwVHMxVS9oTlppNVZKRXVGT1dCc0podFJwclg1dFB4WnNETStZY2FnSWhBTDdCZFVUKwpURkVTUmc2SWtNUEtmaWVkaDBBdk9vNWs2VE9JMloxN1dMTnUKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";

/** The answer that a node gets. */
async function asNode(url: string, body: object, method = "POST"): Promise<string | undefined> {
  const headers = {
    "Impersonate-User": "system:node:a",
    "Impersonate-Group": "system:nodes",
    "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
  };
  const response = await API.fetch(new Request(url, { method, headers, body: JSON.stringify(body) }));
  return ((await response.json()) as Answer["object"]).message;
}

test("a node gets a certificate for itself only", async () => {
  const requests = "https://sailplane/apis/certificates.k8s.io/v1/certificatesigningrequests";
  const signerName = "kubernetes.io/kube-apiserver-client-kubelet";
  const requested = (request: string | undefined) =>
    asNode(requests, { metadata: { name: "r" }, spec: { request, signerName, usages: ["client auth"] } });
  const forbidden = 'certificatesigningrequests.certificates.k8s.io "r" is forbidden';
  expect(await requested(REQUEST_OF_ALICE)).toBe(`${forbidden}: can only create a node CSR with CN=system:node:a`);
  expect(await requested(undefined)).toBe(
    `${forbidden}: unable to parse csr: PEM block type must be CERTIFICATE REQUEST`,
  );
});

test("NODE-WRITE: a node's update is refused even if its status endpoint would reset the field", async () => {
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "a" } };
  expect(await asNode(`${BASE}/nodes`, node)).toBeUndefined();
  const taint = { spec: { taints: [{ key: "k", effect: "NoSchedule" }] } };
  const refused = 'nodes "a" is forbidden: node "a" is not allowed to modify taints';
  expect(await asNode(`${BASE}/nodes/a/status`, taint, "PATCH")).toBe(refused);
  // A pod that is no mirror pod is refused before its other errors are reported.
  expect(await asNode(`${BASE}/namespaces/default/pods`, { metadata: { name: "m" } })).toContain(
    "can only create mirror pods",
  );
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "none" } };
  expect(await asNode(`${BASE}/namespaces/default/pods/none/eviction`, eviction)).toBe('pod "none" not found');
});

test("NODE-WRITE: a mirror pod may not refer to objects that the node could then read", async () => {
  const ns = await newNamespace("node-mirror");
  const claimTemplate = { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } };
  const { items } = (await call(`${BASE}/nodes`)).object as unknown as { items: Answer["object"][] };
  const { uid } = items.find(({ metadata }) => metadata.name === "a")?.metadata ?? {};
  const ownerReferences = [{ apiVersion: "v1", kind: "Node", name: "a", uid, controller: true }];
  const annotations = { "kubernetes.io/config.mirror": "hash" };
  const mirror = (volume: object) => ({
    metadata: { name: "m", annotations, ownerReferences },
    spec: { nodeName: "a", containers: [{ name: "c", image: "i" }], volumes: [{ name: "v", ...volume }] },
  });
  for (const [named, volume] of [
    ["clustertrustbundles", { projected: { sources: [{ clusterTrustBundle: { name: "b", path: "p" } }] } }],
    ["csidrivers (via CSI volumes)", { csi: { driver: "d" } }],
    ["persistentvolumeclaims (via ephemeral volumes)", { ephemeral: { volumeClaimTemplate: claimTemplate } }],
    ["persistentvolumeclaims", { persistentVolumeClaim: { claimName: "c" } }],
  ] as const)
    expect(await asNode(`${BASE}${ns}/pods`, mirror(volume))).toBe(
      `pods "m" is forbidden: node "a" can not create pods that reference ${named}`,
    );
  expect(await asNode(`${BASE}${ns}/pods`, mirror({ emptyDir: {} }))).toBeUndefined();
});

test("NODE-TOKEN: a node can request tokens only for audiences of its pods' volumes and CSI drivers", async () => {
  const ns = await newNamespace("node-token");
  const storage = "https://sailplane/apis/storage.k8s.io/v1/csidrivers";
  const tokenRequests = (audience: string) => ({ spec: { tokenRequests: [{ audience }] } });
  await call(storage, { metadata: { name: "csi.example.com" }, ...tokenRequests("vault") });
  await call(storage, { metadata: { name: "file.csi.azure.com" }, ...tokenRequests("azure") });
  const amount = { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } };
  const csi = { driver: "csi.example.com", volumeHandle: "h" };
  await call("/persistentvolumes", { metadata: { name: "node-token" }, spec: { ...amount, csi } });
  const { accessModes, capacity } = amount;
  const claim = { accessModes, resources: { requests: capacity }, storageClassName: "", volumeName: "node-token" };
  await call(`${ns}/persistentvolumeclaims`, { metadata: { name: "claim" }, spec: claim });

  const requested = async (audience: string, volumes: readonly object[]) => {
    const name = crypto.randomUUID();
    const made = await call(`${ns}/pods`, pod(name, { nodeName: "a", volumes }));
    const boundObjectRef = { apiVersion: "v1", kind: "Pod", name, uid: made.object.metadata.uid };
    const spec = { audiences: [audience], boundObjectRef };
    return asNode(`${BASE}${ns}/serviceaccounts/default/token`, { spec });
  };
  const projected = { sources: [{ serviceAccountToken: { path: "t", audience: "mesh" } }] };
  for (const [audience, volume] of [
    ["mesh", { projected }],
    ["vault", { csi: { driver: "csi.example.com" } }],
    ["vault", { persistentVolumeClaim: { claimName: "claim" } }],
    ["azure", { azureFile: { shareName: "s", secretName: "s" } }],
  ] as const)
    expect(await requested(audience, [{ name: "v", ...volume }])).toBeUndefined();

  const forbidden = 'serviceaccounts "default" is forbidden:';
  const claimed = [{ name: "v", persistentVolumeClaim: { claimName: "claim" } }];
  expect(await requested("mesh", claimed)).toBe(
    `${forbidden} audience "mesh" not found in pod spec volume, system:node:a is not authorized to request tokens for this audience`,
  );
  const lost = [
    { name: "v", persistentVolumeClaim: { claimName: "lost" } },
    { name: "w", csi: { driver: "lost.example.com" } },
  ];
  expect(await requested("vault", lost)).toBe(
    `${forbidden} error validating audience "vault": [persistentvolumeclaim "lost" not found, csidriver.storage.k8s.io "lost.example.com" not found]`,
  );
});
