import { expect, test } from "vitest";
import type { Pod, ServicePort } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { pod, service } from "../../../test/fakes/controllers/controlled-endpoints.ts";
import type { ObjectChange, Snapshot } from "../controller.ts";
import { hasEndpoint, hostnameOf, podsOf, servicesOf, targetPort } from "./service-pods.ts";

const leaving = { deletionTimestamp: "2026-01-01T00:00:00Z" };
const is = (status: Pod["status"], metadata: object = {}): Pod => {
  const made = pod("p", "10.0.0.1");
  return { ...made, metadata: { ...made.metadata, ...metadata }, status };
};

test.each<[Pod["status"], object, boolean, boolean]>([
  [{ phase: "Running", podIP: "10.0.0.1" }, {}, true, true],
  [{ phase: "Pending", podIPs: [{ ip: "10.0.0.1" }] }, {}, true, true],
  [{ phase: "Running" }, {}, false, false],
  [{ phase: "Running", podIP: "10.0.0.1" }, leaving, true, false],
  [{ phase: "Failed", podIP: "10.0.0.1" }, {}, false, false],
  [{ phase: "Succeeded", podIP: "10.0.0.1" }, leaving, false, false],
])("a pod %j %j may get traffic: %j, new connections: %j", (status, metadata, may, mayBegin) => {
  const each = is(status, metadata);
  expect(hasEndpoint(each, { withTerminating: true })).toBe(may);
  expect(hasEndpoint(each, { withTerminating: false })).toBe(mayBegin);
});

const ports = (...named: readonly [name: string, containerPort: number, protocol?: string][]) =>
  named.map(([name, containerPort, protocol]) => ({ name, containerPort, ...(protocol && { protocol }) }));
const listening = pod("p", "10.0.0.1", {
  spec: {
    containers: [
      { name: "a", image: "i" },
      { name: "b", image: "i", ports: ports(["web", 8080], ["dns", 54, "TCP"], ["dns", 53, "UDP"]) },
    ],
    initContainers: [
      { name: "c", image: "i", ports: ports(["init", 1]) },
      { name: "d", image: "i", restartPolicy: "Always", ports: ports(["proxy", 9090], ["web", 9091]) },
    ],
  },
});

test.each<[Partial<ServicePort>, number | undefined]>([
  [{}, 80],
  [{ targetPort: 8443 }, 8443],
  [{ targetPort: "web" }, 8080],
  [{ targetPort: "proxy" }, 9090],
  [{ targetPort: "init" }, undefined],
  [{ targetPort: "other" }, undefined],
  [{ targetPort: "dns" }, 54],
  [{ targetPort: "dns", protocol: "UDP" }, 53],
  [{ targetPort: "web", protocol: "UDP" }, undefined],
])("the port 80 of a service, %j, is a pod's %j", (more, number) => {
  expect(targetPort({ port: 80, ...more }, listening)).toBe(number);
});

test.each([
  [{ hostname: "h", subdomain: "s" }, "h"],
  [{ hostname: "h", subdomain: "other" }, undefined],
  [{ subdomain: "s" }, undefined],
])("a pod of %j is called %j in the domain of the service s", (spec, hostname) => {
  expect(hostnameOf(pod("p", "10.0.0.1", { spec }), service())).toBe(hostname);
});

test("a service without a selector has no pods, and others have theirs by name", () => {
  const labelled = (_: string, __: string, labels: object) =>
    ["b", "a"].map((name) => ({ ...pod(name, "10.0.0.1"), labels })) as unknown as Stored<Pod>[];
  const snapshot = { labelled } as unknown as Snapshot;
  const of = (selector: Record<string, string> | undefined) =>
    podsOf(
      { ...service(), spec: { ...service().spec, selector: selector as Record<string, string> } } as never,
      snapshot,
    );
  expect(of({ app: "x" }).map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
  expect([of({}), of(undefined)]).toEqual([[], []]);
});

test.each<[string, Partial<Pod["metadata"]>, Partial<Pod["spec"]>, Partial<Pod["status"]>, string[]]>([
  ["that stays as it is", { annotations: { a: "1" } }, {}, {}, []],
  ["that is labelled for another", { labels: { app: "y" } }, {}, {}, ["x", "y"]],
  ["that is leaving", leaving, {}, {}, ["x"]],
  ["that is called otherwise", {}, { hostname: "h" }, {}, ["x"]],
  ["that is in another domain", {}, { subdomain: "s" }, {}, ["x"]],
  ["that has another address", {}, {}, { podIPs: [{ ip: "10.0.0.2" }] }, ["x"]],
  ["that is not ready", {}, {}, { conditions: [{ type: "Ready", status: "False" }] }, ["x"]],
  [
    "that has another condition",
    {},
    {},
    {
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Other", status: "True" },
      ],
    },
    [],
  ],
  ["that has ended", {}, {}, { phase: "Failed" }, []],
])("a pod %s concerns services", (_, metadata, spec, status, concerned) => {
  const before = pod("p", "10.0.0.1");
  const after = {
    ...before,
    metadata: { ...before.metadata, ...metadata },
    spec: { ...before.spec, ...spec },
    status: { ...before.status, ...status },
  };
  const services = [
    ...["x", "y"].map((app) => ({ ...service({ selector: { app } }), metadata: { name: app, namespace: "ns" } })),
    { ...service({ selector: {} }), metadata: { name: "all", namespace: "ns" } },
    { ...service({ selector: undefined as never }), metadata: { name: "none", namespace: "ns" } },
  ];
  const snapshot = { list: () => services } as unknown as Snapshot;
  const change = { resource: "pods", object: after, previous: before, deleted: false, snapshot };
  const keys = (of: object) => servicesOf(of as unknown as ObjectChange<"pods">).map((key) => key.split("/").at(-1));
  expect(keys(change)).toEqual(concerned);
  expect(keys({ ...change, object: before, deleted: true })).toEqual(["x"]);
  expect(keys({ ...change, object: before, previous: undefined })).toEqual(["x"]);
});
