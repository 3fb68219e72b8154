import { expect, test } from "vitest";
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import type { Service } from "../../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { apiServiceAvailability } from "./api-service-availability.ts";

const API_SERVICES = "apiservices.apiregistration.k8s.io";
const SLICES = "endpointslices.discovery.k8s.io";

const service = (spec: Partial<Service["spec"]> = {}): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "w", namespace: "ns" },
  spec: { type: "ClusterIP", ports: [{ name: "web", port: 443 }], ...spec },
  status: {},
});
const slice = (ready: boolean): EndpointSlice => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "w-1", namespace: "ns", labels: { "kubernetes.io/service-name": "w" } },
  addressType: "IPv4",
  ports: [{ name: "web", port: 8443 }],
  endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready } }],
});

function start() {
  const at = controlledCluster([apiServiceAvailability]);
  const { cluster } = at;
  let answers = false;
  cluster.answers = () => (answers ? {} : undefined);
  cluster.put(API_SERVICES, {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.w.example.com" },
    spec: {
      group: "w.example.com",
      version: "v1",
      groupPriorityMinimum: 1,
      versionPriority: 1,
      service: { name: "w", namespace: "ns", port: 443 },
    },
    status: {},
  } as APIService);
  return {
    ...at,
    answer: (whether: boolean) => {
      answers = whether;
    },
    asked: () => cluster.requests.filter((request) => request.startsWith("read /sailplane/v1/aggregated/")).length,
    condition: () => {
      const [first] = cluster.get<APIService>(API_SERVICES, "", "v1.w.example.com")?.status.conditions ?? [];
      return first && `${first.status} ${first.reason}: ${first.message}`;
    },
  };
}
/** What the fake cluster answers for paths that it does not know. */
const FAILED = "False FailedDiscoveryCheck: the server could not find the requested resource";
const PASSED = "True Passed: all checks passed";

test("AGG-AVAILABLE: a server is not asked before its Service has a ready endpoint on the port", async () => {
  const { cluster, settle, condition, asked } = start();
  const after = async (change: () => void) => {
    change();
    await settle();
    return condition();
  };
  expect(await after(() => undefined)).toBe('False ServiceNotFound: service/w in "ns" is not present');
  expect(await after(() => cluster.put("services", service({ ports: [{ port: 80 }] })))).toBe(
    'False ServicePortError: service/w in "ns" is not listening on port 443',
  );
  expect(await after(() => cluster.put("services", service()))).toBe(
    'False EndpointsNotFound: cannot find endpointslices for service/w in "ns"',
  );
  expect(await after(() => cluster.put(SLICES, slice(false)))).toBe(
    'False MissingEndpoints: endpointslices for service/w in "ns" have no addresses with port name "web"',
  );
  expect(asked()).toBe(0);
});

test("AGG-AVAILABLE: one that answers is available, and is asked again when something changes, not otherwise", async () => {
  const { cluster, settle, pass, restart, answer, condition, asked, wakeAt } = start();
  cluster.put("services", service());
  cluster.put(SLICES, slice(true));
  answer(true);
  await settle();
  expect([condition(), asked(), wakeAt()]).toEqual([PASSED, 1, undefined]);
  restart();
  await pass(3_600_000);
  expect([condition(), asked()]).toEqual([PASSED, 1]);
  answer(false);
  cluster.put(SLICES, slice(true));
  await settle();
  expect([condition(), asked()]).toEqual([FAILED, 2]);
});

test("AGG-AVAILABLE: one that answered is asked again if its status says that it does not", async () => {
  const { cluster, settle, answer, condition, asked } = start();
  cluster.put("services", service());
  cluster.put(SLICES, slice(true));
  answer(true);
  await settle();
  const doubt = () =>
    cluster.change<APIService>(API_SERVICES, "", "v1.w.example.com", ({ status }) => {
      status.conditions = [{ type: "Available", status: "False", reason: "FailedDiscoveryCheck", message: "lost" }];
    });
  doubt();
  await settle();
  expect([condition(), asked()]).toEqual([PASSED, 2]);
  answer(false);
  doubt();
  await settle();
  expect([condition(), asked()]).toEqual([FAILED, 3]);
});

test("AGG-AVAILABLE: one that does not answer is asked again after 5 ms, 10 ms, … 10 min, and its status is written once", async () => {
  const { cluster, settle, pass, answer, condition, asked } = start();
  cluster.put("services", service());
  cluster.put(SLICES, slice(true));
  await settle();
  expect([condition(), asked()]).toEqual([FAILED, 1]);
  const revision = cluster.revision;
  await pass(20_000);
  expect(asked()).toBe(12);
  await pass(600_000);
  expect(asked()).toBe(17);
  await pass(3_600_000);
  expect(asked()).toBe(23);
  expect(cluster.revision).toBe(revision);
  answer(true);
  await pass(600_000);
  expect([condition(), asked()]).toEqual([PASSED, 24]);
});

test("AGG-AVAILABLE: what is known of a Service of another type is only whether the server answers", async () => {
  const { cluster, settle, answer, condition } = start();
  answer(true);
  cluster.put("services", service({ type: "LoadBalancer" }));
  await settle();
  expect(condition()).toBe(PASSED);
});

test("an APIService without a Service is this server's own", async () => {
  const { cluster, settle, condition, asked } = start();
  cluster.change<APIService>(API_SERVICES, "", "v1.w.example.com", ({ spec }) => {
    spec.service = undefined as never;
  });
  await settle();
  expect([condition(), asked()]).toEqual(["True Local: Local APIServices are always available", 0]);
});
