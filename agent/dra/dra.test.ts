import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../api/generated/resource.v1.ts";
import { FakeDraDriver } from "../../test/fakes/node/fake-dra-driver.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { withoutClaimed } from "./claimed-resources.ts";
import { type DraDriver, type DraDrivers, draDrivers } from "./dra-drivers.ts";
import { PodClaims } from "./pod-claims.ts";

const NAME = "fake.example.com";

const asks = (request?: string): Container => ({
  name: "c",
  resources: { claims: [{ name: "local", ...(request && { request }) }] },
});
const pod = (uid: string): Pod => ({
  metadata: { name: `pod-${uid}`, namespace: "ns", uid },
  spec: { containers: [asks()], resourceClaims: [{ name: "local", resourceClaimName: "claim" }] },
  status: {},
});

let directory: string;
let drivers: DraDrivers;
let driver: FakeDraDriver;
let claim: ResourceClaim | undefined;
let healthOf: string[];
const claimsOf = () => new PodClaims({ file: join(directory, "claims.json"), drivers, claim: async () => claim });

beforeEach(async () => {
  directory = temporaryDirectory();
  claim = {
    metadata: { name: "claim", namespace: "ns", uid: "c" },
    spec: {},
    status: {
      allocation: { devices: { results: [{ request: "gpu", driver: NAME, pool: "p", device: "d" }] } },
      reservedFor: ["1", "2"].map((uid) => ({ resource: "pods", name: `pod-${uid}`, uid })),
    },
  };
  healthOf = [];
  drivers = draDrivers({
    directory: join(directory, "plugins_registry"),
    onChange() {},
    onHealth: (name) => healthOf.push(name),
    log: { info() {}, warn() {} },
  });
  await drivers.open();
  driver = await FakeDraDriver.start(directory, NAME);
  await expect.poll(() => drivers.all.length, { timeout: 12_000 }).toBe(1);
});
afterEach(() => {
  driver.stop();
  drivers.close();
  rmSync(directory, { recursive: true });
});

test("AGENT-DRA: a claim is prepared once, and unprepared after the last pod that uses it", async () => {
  const claims = claimsOf();
  await claims.prepare(pod("1"));
  await claims.prepare(pod("1"));
  await claims.prepare(pod("2"));
  await claims.unprepare("1");
  expect(driver.calls).toEqual(["prepare ns/claim"]);
  expect(claims.inUse).toEqual({ total: 1, byDriver: new Map([[NAME, 1]]) });
  // A new instance knows what there is.
  await claimsOf().unprepare("2");
  expect(driver.calls).toEqual(["prepare ns/claim", "unprepare ns/claim"]);
  expect(claimsOf().inUse.total).toBe(0);
});

test("a driver that does not answer holds up only the pods with its claims", async () => {
  const stuck: DraDriver = {
    name: "stuck.example.com",
    prepare: () => new Promise(() => {}),
    unprepare: async () => {},
    healthOf: () => ({ health: "Unknown" }),
    isLost: false,
    close() {},
  };
  const find = (name: string) => (name === stuck.name ? stuck : drivers.find(name));
  const results = (driver: string) => [{ request: "gpu", driver, pool: "p", device: "d" }];
  const named = async (_: string, name: string): Promise<ResourceClaim> => ({
    metadata: { name, namespace: "ns", uid: name },
    spec: {},
    status: { allocation: { devices: { results: results(name) } }, reservedFor: claim?.status.reservedFor ?? [] },
  });
  const claims = new PodClaims({ file: join(directory, "claims.json"), drivers: { find }, claim: named });
  const using = (uid: string, name: string): Pod => ({
    ...pod(uid),
    spec: { containers: [asks()], resourceClaims: [{ name: "local", resourceClaimName: name }] },
  });
  void claims.prepare(using("1", stuck.name));
  await claims.prepare(using("2", NAME));
  await claims.unprepare("2");
  expect(driver.calls).toEqual([`prepare ns/${NAME}`, `unprepare ns/${NAME}`]);
});

test("AGENT-DRA-CDI: a container gets the CDI devices of the request that it names, or of the whole claim", async () => {
  await claimsOf().prepare(pod("1"));
  const devices = (request?: string) => claimsOf().devicesOf(pod("1"), asks(request));
  const [own, shared] = ["fake.example.com/gpu=claim-own", "fake.example.com/gpu=claim-shared"];
  expect([devices(), devices("gpu"), devices("gpu/small"), devices("other")]).toEqual([
    ...[
      [own, shared],
      [own, shared],
      [own, shared],
    ],
    [shared],
  ]);
  expect(claimsOf().devicesOf(pod("1"), { name: "none" })).toEqual([]);
});

test("AGENT-POD-RESOURCES: a container's prepared claims are known, with all of their devices", async () => {
  const claims = claimsOf();
  expect(claims.preparedFor(pod("1"), asks())).toEqual([]);
  await claims.prepare(pod("1"));
  const [prepared, ...more] = claims.preparedFor(pod("1"), asks("gpu"));
  expect([prepared?.claim.name, prepared?.devices.map(({ driver }) => driver), more]).toEqual([
    "claim",
    [NAME, NAME],
    [],
  ]);
  expect(claims.preparedFor(pod("1"), { name: "none" })).toEqual([]);
});

test("AGENT-DEVICES-HEALTH: a driver reports the health of claimed devices until it stops", async () => {
  const claims = claimsOf();
  const reported = (request?: string) => claims.healthOf(pod("1"), asks(request));
  expect(reported()).toEqual([]);
  await claims.prepare(pod("1"));
  const [own, shared] = ["fake.example.com/gpu=claim-own", "fake.example.com/gpu=claim-shared"];
  const unknown = [own, shared].map((resourceID) => ({ resourceID, health: "Unknown" }));
  expect(reported()).toEqual([{ name: "claim:local", resources: unknown }]);
  await expect.poll(() => driver.isWatched).toBe(true);
  driver.tellHealth("own", { health: "UNHEALTHY", message: "hot" });
  await expect.poll(() => healthOf).toEqual([NAME]);
  expect(claims.uidsOf(NAME)).toEqual(["1"]);
  const hot = { resourceID: own, health: "Unhealthy", message: "hot" };
  expect(reported("gpu/small")).toEqual([{ name: "claim:local/gpu/small", resources: [hot, unknown[1]] }]);
  expect(reported("other")).toEqual([{ name: "claim:local/other", resources: [unknown[1]] }]);
  driver.endHealth();
  await expect.poll(() => healthOf).toEqual([NAME, NAME]);
  expect(reported()).toEqual([{ name: "claim:local", resources: unknown }]);
  await claims.unprepare("1");
  expect(reported()).toEqual([]);
});

test("AGENT-DRA-EXTENDED: the claim for extended resources is prepared, and its devices mapped by the pod's status", async () => {
  const resources = { requests: { "example.com/gpu": "1" } };
  const mapping = { resourceName: "example.com/gpu", requestName: "gpu" };
  const extended: Pod = {
    metadata: { name: "pod-1", namespace: "ns", uid: "1" },
    spec: { containers: [{ name: "c", resources }, { name: "d" }] },
    status: {
      extendedResourceClaimStatus: {
        resourceClaimName: "claim",
        requestMappings: [{ containerName: "c", ...mapping }],
      },
    },
  };
  const claims = claimsOf();
  await claims.prepare(extended);
  expect(driver.calls).toEqual(["prepare ns/claim"]);
  expect(extended.spec.containers.map((each) => claims.devicesOf(extended, each).length)).toEqual([2, 0]);
  expect(withoutClaimed(extended).spec.containers[0]?.resources).toEqual({ requests: {} });
});

test.each<[string, () => void, string]>([
  [
    "does not exist",
    () => (claim = undefined),
    'fetch ResourceClaim claim: resourceclaims.resource.k8s.io "claim" not found',
  ],
  [
    "is not reserved for the pod",
    () => {
      claim = claim && { ...claim, status: { ...claim.status, reservedFor: [] } };
    },
    "pod pod-1 (1) is not allowed to use ResourceClaim claim (c)",
  ],
  ["has no driver on the node", () => driver.stop(), `DRA driver ${NAME} is not registered`],
  [
    "cannot be prepared",
    () => (driver.failing = "no power"),
    "NodePrepareResources failed for ResourceClaim claim: no power",
  ],
])("AGENT-DRA: a claim that %s fails with the kubelet's message", async (_, change, why) => {
  change();
  if (why.includes("registered")) await expect.poll(() => drivers.all.length, { timeout: 12_000 }).toBe(0);
  await expect(claimsOf().prepare(pod("1"))).rejects.toThrow(why);
});

/** It has a claim that was created for it from a template. */
const templated = (made?: { name: string; resourceClaimName?: string }): Pod => ({
  ...pod("1"),
  spec: { containers: [asks()], resourceClaims: [{ name: "local", resourceClaimTemplateName: "template" }] },
  status: { resourceClaimStatuses: [{ name: "another", resourceClaimName: "none" }, ...(made ? [made] : [])] },
});
const ownedBy = (...owners: { uid: string; controller?: boolean }[]) => {
  const ownerReferences = owners.map((owner) => ({ apiVersion: "v1", kind: "Pod", name: "p", ...owner }));
  claim = claim && { ...claim, metadata: { ...claim.metadata, ownerReferences } };
};

test("AGENT-DRA: a pod waits for its templated claim to be created, unless none is needed", async () => {
  await expect(claimsOf().prepare(templated())).rejects.toThrow('pod "ns/pod-1": ResourceClaim not created yet');
  await claimsOf().prepare(templated({ name: "local" }));
  expect(driver.calls).toEqual([]);
  const nothing = { ...pod("1"), spec: { containers: [asks()], resourceClaims: [{ name: "local" }] } };
  await claimsOf().prepare(nothing);
  expect([driver.calls, claimsOf().devicesOf(nothing, asks())]).toEqual([[], []]);
});

test("AGENT-DRA: a templated claim serves only the pod that owns it", async () => {
  const mine = templated({ name: "local", resourceClaimName: "claim" });
  const why = "ResourceClaim ns/claim was not created for pod ns/pod-1 (pod is not owner)";
  await expect(claimsOf().prepare(mine)).rejects.toThrow(why);
  ownedBy({ uid: "2", controller: true }, { uid: "1" });
  await expect(claimsOf().prepare(mine)).rejects.toThrow(why);
  ownedBy({ uid: "2" }, { uid: "1", controller: true });
  await claimsOf().prepare(mine);
  expect(driver.calls).toEqual(["prepare ns/claim"]);
  expect(claimsOf().devicesOf(mine, asks("gpu"))).toHaveLength(2);
});

test("AGENT-DRA: claims are unprepared separately, and equal names in two namespaces stay distinct", async () => {
  const claims = claimsOf();
  await claims.prepare(pod("1"));
  claim = claim && { ...claim, metadata: { ...claim.metadata, uid: "other" } };
  const there = { ...pod("2"), metadata: { ...pod("2").metadata, namespace: "there" } };
  await claims.prepare(there);
  expect(driver.calls).toEqual(["prepare ns/claim", "prepare there/claim"]);
  expect([...claims.uids].sort()).toEqual(["1", "2"]);
  await claims.unprepare("1");
  expect([claims.uids, claimsOf().uids]).toEqual([["2"], ["2"]]);
  expect(claims.devicesOf(pod("1"), asks())).toEqual([]);
  // The same name with another uid is not what was prepared here.
  claim = claim && { ...claim, metadata: { ...claim.metadata, uid: "third" } };
  const after = { ...there, metadata: { ...there.metadata, uid: "1" } };
  await expect(claims.prepare(after)).rejects.toThrow("old ResourceClaim with same name claim and different UID other");
});
