import { expect, it, test } from "vitest";
import { parse } from "yaml";
import type { ConfigMap } from "../../api/generated/core.v1.ts";
import { MemoryStore } from "../../durable-objects/store/memory-store.ts";
import { authorize } from "../auth/authorize.ts";
import { anonymous } from "../auth/user.ts";
import { PolicySnapshot } from "../policy/snapshot.ts";
import { StoreClient } from "../storage/store-client.ts";
import type { StoreStub } from "../storage/store-stub.ts";
import { clusterInfo } from "./cluster-info.ts";
import { ensureSystemObjects } from "./ensure.ts";
import { updatedFacts } from "./updated-facts.ts";

const there = { ca: "PEM", address: "192.0.2.1:6443", path: "/clusters/a" };
const infoOf = (of: typeof there) => clusterInfo(of).find(({ kind }) => kind === "ConfigMap") as ConfigMap;

it("cluster-info is a kubeconfig without a user", () => {
  const { clusters, ...rest } = parse(infoOf(there).data?.kubeconfig ?? "");
  expect(clusters).toEqual([
    { name: "", cluster: { server: "https://192.0.2.1:6443/clusters/a", "certificate-authority-data": btoa("PEM") } },
  ]);
  expect(rest).toMatchObject({ apiVersion: "v1", kind: "Config", users: null });
});

test.each([
  ["no other machine reaches", { ...there, address: "" }],
  ["everybody trusts", { ...there, ca: "" }],
])("cluster-info is not published for a server that %s", (_, of) => {
  expect(clusterInfo(of)).toEqual([]);
});

it("cluster-info can be read by anyone, and nothing else in its namespace", async () => {
  const store = new MemoryStore();
  await ensureSystemObjects(store, 0, { ...there, frontProxy: "", hasIngress: false, serviceRanges: ["10.96.0.0/16"] });
  const policy = await PolicySnapshot.load(store);
  const at = { policy, store: new StoreClient(() => store as StoreStub, undefined) };
  const named = { group: "", version: "v1", resource: "configmaps", subresource: "", namespace: "kube-public" };
  const may = async (verb: string, name: string) => (await authorize(anonymous, { ...named, verb, name }, at)).allowed;
  expect(await may("get", "cluster-info")).toBe(true);
  expect(await may("get", "kube-root-ca.crt")).toBe(false);
  expect(await may("list", "")).toBe(false);
  expect(await may("update", "cluster-info")).toBe(false);
});

it("cluster-info follows the control plane's address, and keeps its signatures", () => {
  const old = infoOf(there);
  const signed = JSON.stringify({ ...old, data: { ...old.data, "jws-kubeconfig-abcdef": "signature" } });
  expect(updatedFacts(old, signed)).toBeUndefined();
  const moved = infoOf({ ...there, address: "192.0.2.2:6443" });
  expect(updatedFacts(moved, signed)).toMatchObject({ data: { ...moved.data, "jws-kubeconfig-abcdef": "signature" } });
});
