import { describe, expect, it } from "vitest";
import type { Endpoints } from "../../../api/generated/core.v1.ts";
import { endpoints, node, pod, service, slices, start } from "../../../test/fakes/controllers/controlled-endpoints.ts";

describe("endpoints and slices", () => {
  it("are empty for a service without pods", async () => {
    const at = start();
    at.cluster.put("services", service());
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(endpoints(at)?.subsets).toBeUndefined();
    expect(endpoints(at)?.metadata.labels).toEqual({
      l: "m",
      "endpoints.kubernetes.io/managed-by": "endpoint-controller",
    });
    expect(slices(at)).toMatchObject([{ addressType: "IPv4" }]);
  });

  it("split pods by the number that a named port resolves to", async () => {
    const at = start();
    at.cluster.put("pods", pod("a", "10.0.0.1", { port: 8001 }));
    at.cluster.put("pods", pod("b", "10.0.0.2", { port: 8002 }));
    at.cluster.put("pods", pod("c", "10.0.0.3"));
    at.cluster.put("services", service({ ports: [{ name: "http", port: 80, targetPort: "web" }] }));
    await at.settle();
    expect(
      endpoints(at)
        ?.subsets?.map(({ ports }) => ports?.[0]?.port)
        .toSorted(),
    ).toEqual([8001, 8002]);
    expect(slices(at)).toHaveLength(3);
  });

  it("CTL-EP-FAMILY: omit pods without an address of the service's first family", async () => {
    const at = start();
    const two = pod("b", "10.0.0.2");
    at.cluster.put("pods", pod("a", "10.0.0.1"));
    at.cluster.put("pods", { ...two, status: { ...two.status, podIPs: [{ ip: "10.0.0.2" }, { ip: "fd00::2" }] } });
    const six = service({ ports: [{ port: 80 }] });
    at.cluster.put("services", { ...six, spec: { ...six.spec, ipFamilies: ["IPv6", "IPv4"] } });
    await at.settle();
    const addresses = endpoints(at)?.subsets?.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
    expect(addresses).toEqual(["fd00::2"]);
  });

  it("CTL-EP-ORDER: put a port of all pods before ports of some pods, each sorted by hash", async () => {
    const at = start();
    at.cluster.put("pods", pod("a", "10.0.0.1", { port: 8001 }));
    at.cluster.put("pods", pod("b", "10.0.0.2", { port: 8002 }));
    const ports = [
      { name: "http", port: 80, targetPort: "web" },
      { name: "a", port: 93, targetPort: 9300, protocol: "TCP", appProtocol: "kubernetes.io/h2c" },
      { name: "zz", port: 92, targetPort: 9200, protocol: "UDP" },
      { name: "metrics", port: 91, targetPort: 9100, protocol: "TCP" },
    ];
    at.cluster.put("services", service({ ports }));
    await at.settle();
    const subsets = (endpoints(at)?.subsets ?? []).map(
      (each) => `${each.addresses?.map(({ ip }) => ip)}: ${each.ports?.map(({ port }) => port)}`,
    );
    expect(subsets.toSorted()).toEqual(["10.0.0.1,10.0.0.2: 9100,9200,9300", "10.0.0.1: 8001", "10.0.0.2: 8002"]);
  });

  it("CTL-EP-REUSED: reuse a slice that would be deleted for one that would be created", async () => {
    const at = start();
    at.cluster.put("pods", pod("a", "10.0.0.1"));
    at.cluster.put("services", service());
    await at.settle();
    const [before] = slices(at);
    at.cluster.put("services", service({ ports: [{ name: "http", port: 80, targetPort: 9090 }] }));
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(slices(at)).toMatchObject([{ metadata: { uid: before?.metadata.uid }, ports: [{ port: 9090 }] }]);
  });

  it("distinguish unready, published and terminating pods", async () => {
    const at = start();
    at.cluster.put("pods", pod("b", "10.0.0.2", { ready: false }));
    at.cluster.put("services", service());
    await at.settle();
    expect(endpoints(at)?.subsets?.[0]?.notReadyAddresses).toHaveLength(1);
    expect(slices(at)[0]?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: false, terminating: false });
    at.cluster.put("services", service({ publishNotReadyAddresses: true }));
    await at.settle();
    expect(endpoints(at)?.subsets?.[0]?.addresses).toHaveLength(1);
    at.cluster.put("services", service());
    at.cluster.put("pods", {
      ...pod("b", "10.0.0.2"),
      metadata: { ...pod("b", "").metadata, deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["x"] },
    });
    await at.settle();
    expect(endpoints(at)?.subsets).toBeUndefined();
    expect(slices(at)[0]?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: true, terminating: true });
  });

  it("CTL-EP-NODE: slices omit pods whose node does not exist and report it, unless unready addresses are published", async () => {
    const at = start();
    at.cluster.put("pods", pod("a", "10.0.0.1"));
    at.cluster.put("pods", pod("b", "10.0.0.2", { spec: { nodeName: "gone" } }));
    at.cluster.put("services", service());
    await at.settle();
    const addresses = () => slices(at).flatMap((slice) => slice.endpoints?.flatMap((each) => each.addresses) ?? []);
    expect(addresses()).toEqual(["10.0.0.1"]);
    expect(endpoints(at)?.subsets?.[0]?.addresses).toHaveLength(2);
    expect(at.cluster.list("events").map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      "FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service ns/s: skipping Pod b for Service ns/s: Node gone Not Found",
    ]);
    at.cluster.put("services", service({ publishNotReadyAddresses: true }));
    await at.settle();
    expect(addresses().toSorted()).toEqual(["10.0.0.1", "10.0.0.2"]);
    at.cluster.put("services", service());
    at.cluster.put("nodes", { ...node, metadata: { name: "gone" } });
    await at.settle();
    expect(addresses().toSorted()).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  it("CTL-EP-WRITTEN: manual changes stay until the service changes; deleted endpoints are recreated", async () => {
    const at = start();
    at.cluster.put("pods", pod("a", "10.0.0.1"));
    at.cluster.put("services", service());
    await at.settle();
    at.cluster.change("endpoints", "ns", "s", (draft) => {
      draft.subsets = [{ addresses: [{ ip: "10.9.9.9" }], ports: [{ port: 1 }] }];
    });
    await at.settle();
    const addresses = () => endpoints(at)?.subsets?.flatMap((subset) => subset.addresses?.map(({ ip }) => ip));
    expect(addresses()).toEqual(["10.9.9.9"]);
    at.cluster.put("services", service({ publishNotReadyAddresses: true }));
    await at.settle();
    expect(addresses()).toEqual(["10.0.0.1"]);
    at.cluster.remove("endpoints", "ns", "s");
    await at.settle();
    expect(addresses()).toEqual(["10.0.0.1"]);
    expect(endpoints(at)?.metadata.annotations).toEqual({});
  });

  it("hold a thousand addresses, of each subset its share", async () => {
    const at = start();
    for (let i = 0; i < 1200; i++)
      at.cluster.put("pods", pod(`p${i}`, `10.0.${i >> 8}.${i & 255}`, { port: i < 300 ? 8001 : 8002 }));
    at.cluster.put("services", service({ ports: [{ name: "http", port: 80, targetPort: "web" }] }));
    await at.settle();
    const sizes = (endpoints(at)?.subsets ?? []).map(({ addresses = [], ports }) => [
      ports?.[0]?.port,
      addresses.length,
    ]);
    expect(sizes.toSorted()).toEqual([
      [8001, 250],
      [8002, 750],
    ]);
    expect(endpoints(at)?.metadata.annotations).toMatchObject({ "endpoints.kubernetes.io/over-capacity": "truncated" });
  });

  it("are no longer marked as truncated once all addresses are in them, even if these are the same", async () => {
    const at = start();
    at.cluster.put("pods", pod("a", "10.0.0.1"));
    at.cluster.put("services", service());
    await at.settle();
    at.cluster.change("endpoints", "ns", "s", ({ metadata }) => {
      metadata.annotations = { "endpoints.kubernetes.io/over-capacity": "truncated" };
    });
    at.cluster.put("pods", pod("b", ""));
    at.cluster.put("services", { ...service(), metadata: { ...service().metadata, annotations: { touched: "" } } });
    await at.settle();
    expect(endpoints(at)?.metadata.annotations).toEqual({});
  });

  it("include hostnames for a headless service, and zone hints if traffic should stay close", async () => {
    const at = start();
    at.cluster.put("nodes", node);
    at.cluster.put("pods", pod("a", "10.0.0.1", { spec: { hostname: "hh", subdomain: "s" } }));
    at.cluster.put("services", service({ clusterIP: "None", trafficDistribution: "PreferClose" }));
    await at.settle();
    expect(endpoints(at)?.metadata.labels).toMatchObject({ "service.kubernetes.io/headless": "" });
    expect(slices(at)[0]?.endpoints?.[0]).toMatchObject({
      hostname: "hh",
      zone: "za",
      hints: { forZones: [{ name: "za" }] },
    });
  });

  it("fill slices of one hundred, and change as few as possible", async () => {
    const at = start();
    at.cluster.put("services", service());
    for (let index = 0; index < 150; index++)
      at.cluster.put("pods", pod(`p${String(index).padStart(3, "0")}`, `10.0.1.${index}`));
    await at.settle();
    expect(
      slices(at)
        .map((slice) => slice.endpoints?.length)
        .sort(),
    ).toEqual([100, 50]);
    const before = slices(at).map(({ metadata }) => metadata.resourceVersion);
    at.cluster.remove("pods", "ns", "p000");
    await at.settle();
    expect(slices(at).filter(({ metadata }) => !before.includes(metadata.resourceVersion))).toHaveLength(1);
  });

  it("CTL-EP-EXTERNAL: are not created for an ExternalName service", async () => {
    const at = start();
    at.cluster.put("pods", pod("p", "10.1.0.1"));
    at.cluster.put("services", service({ type: "ExternalName", externalName: "x.example.com" }));
    await at.settle();
    expect(at.cluster.list("endpoints")).toEqual([]);
    expect(slices(at)).toEqual([]);
  });

  it("CTL-EP-LABELS: are labelled headless only if the service is, whatever labels the service has", async () => {
    const at = start();
    const labelled = service();
    labelled.metadata.labels = { own: "x", "service.kubernetes.io/headless": "yes" };
    at.cluster.put("services", labelled);
    await at.settle();
    const labels = at.cluster.list("endpoints").map(({ metadata }) => metadata.labels);
    expect(labels).toEqual([{ own: "x", "endpoints.kubernetes.io/managed-by": "endpoint-controller" }]);
    expect(slices(at)[0]?.metadata.labels).not.toHaveProperty(["service.kubernetes.io/headless"]);
  });

  it("CTL-EP-MOVED: are recreated if a slice was relabelled to another service", async () => {
    const at = start();
    at.cluster.put("pods", pod("p", "10.1.0.1"));
    at.cluster.put("services", service());
    await at.settle();
    at.cluster.change("endpointslices.discovery.k8s.io", "ns", slices(at)[0]?.metadata.name ?? "", (draft) => {
      draft.metadata.labels = { ...draft.metadata.labels, "kubernetes.io/service-name": "other" };
    });
    await at.settle();
    expect(slices(at).map(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"])).toContain("s");
  });

  it("CTL-EP-TRIGGER: carry the trigger time of the change that caused them, if it has one", async () => {
    const at = start();
    const trigger = "endpoints.kubernetes.io/last-change-trigger-time";
    const reported = () => [endpoints(at), slices(at)[0]].map((each) => each?.metadata.annotations?.[trigger]);
    const readyAt = (name: string, time: string, status: string) =>
      at.cluster.change("pods", "ns", name, (draft) => {
        draft.status.conditions = [{ type: "Ready", status, lastTransitionTime: time }];
      });
    const [first, second] = ["2024-01-01T00:00:10Z", "2024-01-01T00:00:20Z"];
    at.cluster.put("services", service());
    await at.settle();
    const made = at.cluster.get("services", "ns", "s")?.metadata.creationTimestamp;
    expect(reported()).toEqual([made, made]);
    for (const [name, ip] of [
      ["p1", "10.0.0.1"],
      ["p2", "10.0.0.2"],
    ] as const) {
      at.cluster.put("pods", pod(name, ip));
      readyAt(name, name === "p1" ? first : second, "True");
    }
    await at.settle();
    expect(reported()).toEqual([first, first]);
    readyAt("p1", "2024-01-01T00:00:30Z", "False");
    await at.settle();
    expect(reported()).toEqual(["2024-01-01T00:00:30Z", "2024-01-01T00:00:30Z"]);
    at.cluster.change("services", "ns", "s", (draft) => {
      draft.metadata.labels = { l: "n" };
    });
    await at.settle();
    expect(reported()).toEqual([undefined, undefined]);
    at.cluster.put("pods", pod("p3", "10.0.0.3"));
    readyAt("p3", "2024-01-01T00:00:40Z", "True");
    await at.settle();
    // It ends and is no longer listed; the next change must not report its time again.
    at.cluster.change("pods", "ns", "p3", ({ status }) => {
      status.phase = "Succeeded";
    });
    await at.settle();
    at.cluster.change("services", "ns", "s", (draft) => {
      draft.metadata.labels = { l: "m" };
    });
    await at.settle();
    expect(reported()).toEqual([undefined, undefined]);
  });

  it("CTL-EP-LEFT: are deleted with their service even if created by hand, and stay if there was no service", async () => {
    const at = start();
    const byHand = { apiVersion: "v1", kind: "Endpoints", metadata: { name: "s", namespace: "ns" } } as Endpoints;
    at.cluster.put("endpoints", byHand);
    await at.settle();
    expect(endpoints(at)).toBeDefined();
    const { selector: _, ...rest } = service().spec;
    at.cluster.put("services", { ...service(), spec: rest });
    await at.settle();
    expect(endpoints(at)).toBeDefined();
    at.cluster.remove("services", "ns", "s");
    await at.settle();
    expect(endpoints(at)).toBeUndefined();
  });
});
