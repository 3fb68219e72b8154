import { describe, expect, it } from "vitest";
import type { Endpoints } from "../../../api/generated/core.v1.ts";
import { inCpuTime } from "../../../test/cpu-time.ts";
import { service, slices, start } from "../../../test/fakes/controllers/controlled-endpoints.ts";

describe("slices", () => {
  it("mirror manual Endpoints, and are deleted with the Service", async () => {
    const at = start();
    const { selector: _, ...spec } = service().spec;
    at.cluster.put("services", { ...service(), spec });
    at.cluster.put<Endpoints>("endpoints", {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "s", namespace: "ns" },
      subsets: [{ addresses: [{ ip: "1.2.3.4" }], ports: [{ port: 80 }] }],
    });
    await at.settle();
    expect(slices(at)).toMatchObject([{ endpoints: [{ addresses: ["1.2.3.4"], conditions: { ready: true } }] }]);
    at.cluster.remove("services", "ns", "s");
    await at.settle();
    expect(slices(at)).toEqual([]);
  });

  it("CTL-EP-ENDING: are updated for Endpoints that are being deleted, but none is created", async () => {
    const at = start();
    const { selector: _, ...spec } = service().spec;
    at.cluster.put("services", { ...service(), spec });
    const metadata = { name: "s", namespace: "ns", finalizers: ["example.com/hold"] };
    const subset = (ip: string) => ({ addresses: [{ ip }], ports: [{ port: 80 }] });
    at.cluster.put<Endpoints>("endpoints", {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata,
      subsets: [subset("1.2.3.4")],
    });
    await at.settle();
    at.cluster.remove("endpoints", "ns", "s");
    at.cluster.change("endpoints", "ns", "s", (draft) => {
      draft.subsets = [subset("1.2.3.5"), subset("fd00::1")];
    });
    await at.settle();
    expect(slices(at)).toMatchObject([{ endpoints: [{ addresses: ["1.2.3.5"] }] }]);
  });

  it(
    "mirror many addresses with many ports, which are compared once for all addresses",
    inCpuTime(4000, async () => {
      const at = start();
      const { selector: _, ...spec } = service().spec;
      at.cluster.put("services", { ...service(), spec });
      const addresses = Array.from({ length: 1000 }, (_, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }));
      const ports = Array.from({ length: 10_000 }, (_, i) => ({ name: `p${i}`, port: i + 1 }));
      const metadata = { name: "s", namespace: "ns" };
      at.cluster.put<Endpoints>("endpoints", {
        apiVersion: "v1",
        kind: "Endpoints",
        metadata,
        subsets: [{ addresses, ports }],
      });
      await at.settle();
      expect(slices(at).map(({ endpoints }) => endpoints?.length)).toEqual([1000]);
    }),
  );

  it("mirror annotations unchanged, and follow their changes", async () => {
    const at = start();
    const { selector: _, ...rest } = service().spec;
    at.cluster.put("services", { ...service(), spec: rest });
    at.cluster.put("endpoints", {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "s", namespace: "ns", annotations: { a: "b", c: "d" } },
      subsets: [{ addresses: [{ ip: "10.0.0.1" }], ports: [{ port: 80 }] }],
    } as Endpoints);
    await at.settle();
    at.cluster.change("endpoints", "ns", "s", (draft) => {
      draft.metadata.annotations = { c: "e" };
    });
    await at.settle();
    expect(slices(at).map(({ metadata }) => metadata.annotations)).toEqual([{ c: "e" }]);
  });

  it("CTL-EP-MIRROR: mirror each subset as one slice, its addresses merged across all subsets", async () => {
    const at = start();
    const { selector: _, ...rest } = service().spec;
    at.cluster.put("services", { ...service(), spec: rest });
    const addresses = Array.from({ length: 250 }, (__, i) => ({ ip: `10.0.1.${i}` }));
    at.cluster.put("endpoints", {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "s", namespace: "ns" },
      subsets: [
        { addresses, ports: [{ name: "a", port: 80 }] },
        { addresses, ports: [{ name: "b", port: 90 }] },
        { notReadyAddresses: [{ ip: "2001:DB8::1" }], ports: [{ name: "a", port: 80 }] },
      ],
    } as Endpoints);
    await at.settle();
    const shown = slices(at).map(({ addressType, ports = [], endpoints }) => ({
      addressType,
      ports: ports.map(({ name }) => name).sort(),
      endpoints: endpoints?.length,
    }));
    expect(shown).toHaveLength(3);
    expect(shown).toContainEqual({ addressType: "IPv4", ports: ["a"], endpoints: 250 });
    expect(shown).toContainEqual({ addressType: "IPv4", ports: ["b"], endpoints: 250 });
    expect(slices(at).find(({ addressType }) => addressType === "IPv6")?.endpoints).toMatchObject([
      { addresses: ["2001:db8::1"], conditions: { ready: false } },
    ]);
    const before = slices(at);
    at.cluster.change("endpoints", "ns", "s", (draft) => {
      draft.subsets?.[0]?.addresses?.reverse();
    });
    await at.settle();
    expect(slices(at)).toEqual(before);
  });

  it("CTL-EP-MIRROR: report how many addresses of a subset exceed the mirroring limit", async () => {
    const at = start();
    const { selector: _, ...rest } = service().spec;
    at.cluster.put("services", { ...service(), spec: rest });
    const addresses = Array.from({ length: 1002 }, (__, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }));
    at.cluster.put("endpoints", {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "s", namespace: "ns" },
      subsets: [{ addresses, ports: [{ port: 80 }] }],
    } as Endpoints);
    await at.settle();
    expect(slices(at).map(({ endpoints }) => endpoints?.length)).toEqual([1000]);
    expect(at.cluster.list("events")).toMatchObject([
      {
        reason: "TooManyAddressesToMirror",
        message:
          "A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 2 addresses were skipped",
      },
    ]);
  });
});
