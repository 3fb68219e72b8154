import { describe, expect, it } from "vitest";
import type { Node, NodeCondition, Service } from "../../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { nodeLoadBalancer } from "./node-load-balancer.ts";

const SLICES = "endpointslices.discovery.k8s.io";
const LABELLED = { "sailplane.dev/load-balancer": "true" };

const readyCondition = (status: string): NodeCondition => ({
  type: "Ready",
  status,
  ...{ lastHeartbeatTime: "", lastTransitionTime: "" },
});

const node = (name: string, address: string, { labels = LABELLED as object, ready = "True" } = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { ...labels } },
  spec: {},
  status: {
    addresses: [
      { type: "InternalIP", address },
      { type: "InternalIP", address: `fd00::${address.split(".").pop()}` },
      { type: "Hostname", address: name },
    ],
    conditions: [readyCondition(ready)],
  },
});

const service = (name: string, spec: Partial<Service["spec"]> = {}, port = 80): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec: { type: "LoadBalancer", ipFamilies: ["IPv4"], ports: [{ port, protocol: "TCP" }], ...spec },
  status: { loadBalancer: {} },
});

const slice = (of: string, ...nodes: string[]): EndpointSlice => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: `${of}-1`, namespace: "shop", labels: { "kubernetes.io/service-name": of } },
  addressType: "IPv4",
  ports: [],
  endpoints: nodes.map((nodeName) => ({ addresses: ["10.244.0.9"], nodeName, conditions: { ready: true } })),
});

async function at(nodes: readonly Node[], services: readonly Service[], slices: readonly EndpointSlice[] = []) {
  const its = controlledCluster([nodeLoadBalancer]);
  for (const each of nodes) its.cluster.put("nodes", each);
  for (const each of slices) its.cluster.put(SLICES, each);
  for (const each of services) its.cluster.put("services", each);
  await its.settle();
  const current = (name: string) => its.cluster.list("services").find(({ metadata }) => metadata.name === name);
  return {
    ...its,
    current,
    addresses: (name: string) => current(name)?.status.loadBalancer?.ingress?.map(({ ip }) => ip) ?? [],
    said: (name: string) => current(name)?.status.conditions?.map(({ status, reason }) => `${status} ${reason}`) ?? [],
    events: () => its.cluster.list("events").map(({ reason, message }) => `${reason}: ${message}`),
  };
}

const one = node("one", "192.168.1.1");
const two = node("two", "192.168.1.2");

describe("a Service of type LoadBalancer", () => {
  it.each<[string, Node[], Service, string[], string[]]>([
    [
      "is at every labelled node that is Ready",
      [two, one],
      service("web"),
      ["192.168.1.1", "192.168.1.2"],
      ["True NodesServe"],
    ],
    ["is left alone if no node is labelled", [node("one", "192.168.1.1", { labels: {} })], service("web"), [], []],
    ["is left alone if it is of another class", [one], service("web", { loadBalancerClass: "metallb.io/x" }), [], []],
    [
      "of this class gets an event that no node is labelled",
      [],
      service("web", { loadBalancerClass: "sailplane.dev/nodes" }),
      [],
      ["False NoReadyNode"],
    ],
    [
      "is not at a node that is away",
      [one, node("two", "192.168.1.2", { ready: "Unknown" })],
      service("web"),
      ["192.168.1.1"],
      ["True NodesServe"],
    ],
    [
      "excludes a node whose label is false",
      [one, node("two", "192.168.1.2", { labels: { "sailplane.dev/load-balancer": "false" } })],
      service("web"),
      ["192.168.1.1"],
      ["True NodesServe"],
    ],
    [
      "excludes a node with the exclusion label of all load balancers",
      [
        one,
        node("two", "192.168.1.2", {
          labels: { ...LABELLED, "node.kubernetes.io/exclude-from-external-load-balancers": "" },
        }),
      ],
      service("web"),
      ["192.168.1.1"],
      ["True NodesServe"],
    ],
    [
      "has addresses of its families",
      [one],
      service("web", { ipFamilies: ["IPv6"] }),
      ["fd00::1"],
      ["True NodesServe"],
    ],
    [
      "has the address that it asks for",
      [one, two],
      service("web", { loadBalancerIP: "192.168.1.2" }),
      ["192.168.1.2"],
      ["True NodesServe"],
    ],
    [
      "gets an event that no node has its requested address",
      [one],
      service("web", { loadBalancerIP: "192.168.1.9" }),
      [],
      ["False NoAddress"],
    ],
    ["does not take a machine's SSH", [one], service("web", {}, 22), [], ["False PortReserved"]],
    [
      "is at no node without an endpoint, if its policy is Local",
      [one, two],
      service("local", { externalTrafficPolicy: "Local" }),
      ["192.168.1.2"],
      ["True NodesServe"],
    ],
    [
      "gets an event that its endpoints are elsewhere, if its policy is Local",
      [one],
      service("local", { externalTrafficPolicy: "Local" }),
      [],
      ["False NoLocalEndpoint"],
    ],
    [
      "is at all of them while it has no endpoint, whatever its policy",
      [one],
      service("web", { externalTrafficPolicy: "Local" }),
      ["192.168.1.1"],
      ["True NodesServe"],
    ],
  ])("%s (LB-NODES, LB-SAY)", async (_, nodes, its, addresses, said) => {
    const found = await at(nodes, [its], [slice("local", "two")]);
    expect(found.addresses(its.metadata.name ?? "")).toEqual(addresses);
    expect(found.said(its.metadata.name ?? "")).toEqual(said);
  });

  it("stays at a node whose endpoint is ending, as long as that serves, if its policy is Local (LB-NODES)", async () => {
    const local = service("local", { externalTrafficPolicy: "Local" });
    const { cluster, settle, addresses } = await at([one, two], [local], [slice("local", "one", "two")]);
    const ending = async (serving: boolean) => {
      const [gone, ready] = slice("local", "one", "two").endpoints ?? [];
      const conditions = { ready: false, serving, terminating: true };
      const endpoints = [{ ...gone, conditions }, ready] as EndpointSlice["endpoints"];
      cluster.put(SLICES, { ...slice("local"), endpoints } as EndpointSlice);
      await settle();
      return addresses("local");
    };
    expect(await ending(true)).toEqual(["192.168.1.1", "192.168.1.2"]);
    expect(await ending(false)).toEqual(["192.168.1.2"]);
  });

  it("sends an event for each outcome once (LB-SAY)", async () => {
    const { events, cluster, settle } = await at([one], [service("web"), service("ssh", {}, 22)]);
    cluster.put("nodes", two);
    await settle();
    expect(events()).toEqual([
      "EnsuredLoadBalancer: Ensured load balancer",
      "SyncLoadBalancerFailed: Error syncing load balancer: 22/TCP is the nodes' own",
    ]);
  });

  it("follows its nodes, and loses its addresses with the last labelled node (LB-NODES)", async () => {
    const { cluster, settle, addresses, current } = await at([one], [service("web")]);
    cluster.put("nodes", two);
    await settle();
    expect(addresses("web")).toEqual(["192.168.1.1", "192.168.1.2"]);
    cluster.put("nodes", node("one", "192.168.1.1", { ready: "Unknown" }));
    await settle();
    expect(addresses("web")).toEqual(["192.168.1.2"]);
    for (const name of ["one", "two"]) cluster.put("nodes", node(name, "192.168.1.2", { labels: {} }));
    await settle();
    expect(current("web")?.status).toEqual({ loadBalancer: {} });
  });

  it("keeps status written by others, and removes its own when the type changes (LB-APART)", async () => {
    const others = { type: "LoadBalancerPortsError", status: "False", lastTransitionTime: "", reason: "", message: "" };
    const { cluster, settle, current } = await at(
      [one],
      [{ ...service("web"), status: { loadBalancer: {}, conditions: [others] } }],
    );
    expect(current("web")?.status.conditions).toHaveLength(2);
    cluster.put("services", { ...service("web", { type: "ClusterIP" }), status: current("web")?.status } as Service);
    await settle();
    expect(current("web")?.status).toEqual({ loadBalancer: {}, conditions: [others] });
  });

  it("holds its port on the nodes exclusively until it is deleted (LB-PORT)", async () => {
    const { cluster, settle, addresses, said } = await at([one], [service("b")]);
    cluster.put("services", service("a"));
    await settle();
    expect([addresses("a"), said("a")]).toEqual([[], ["False PortInUse"]]);
    // A Service that is without an address for a while keeps its port.
    cluster.put("nodes", node("one", "192.168.1.1", { ready: "Unknown" }));
    await settle();
    cluster.put("nodes", one);
    await settle();
    expect([addresses("a"), addresses("b")]).toEqual([[], ["192.168.1.1"]]);
    cluster.remove("services", "shop", "b");
    await settle();
    expect(addresses("a")).toEqual(["192.168.1.1"]);
  });
});
