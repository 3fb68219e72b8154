import { describe, expect, it } from "vitest";
import type { Endpoint, EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { candidatesOf, chooseEndpoints } from "./choose-endpoints.ts";

const slice = (more: Partial<EndpointSlice>): EndpointSlice => ({
  metadata: { namespace: "default", name: "web-1" },
  addressType: "IPv4",
  ports: [{ name: "http", port: 80, protocol: "TCP" }],
  endpoints: [{ addresses: ["10.0.0.1"] }],
  ...more,
});
const question = { portName: "http", protocol: "TCP", family: 4, node: "here" } as const;
const addresses = (slices: EndpointSlice[], more: Partial<typeof question> = {}) =>
  candidatesOf({ slices, ...question, ...more }).map(({ address, port }) => `${address}:${port}`);

describe("endpoints of a Service port", () => {
  it.each<[string, Partial<EndpointSlice>, string[]]>([
    ["match the port's name", { ports: [{ name: "other", port: 80 }] }, []],
    ["match its protocol, TCP by default", { ports: [{ name: "http", port: 81 }] }, ["10.0.0.1:81"]],
    ["exclude another protocol", { ports: [{ name: "http", port: 80, protocol: "UDP" }] }, []],
    ["are none if the port has no number", { ports: [{ name: "http" }] }, []],
    ["exclude another IP family", { addressType: "IPv6" }, []],
    ["exclude those without an address", { endpoints: [{ addresses: [] }] }, []],
    [
      "are sorted, each by its first address",
      {
        endpoints: [{ addresses: ["10.0.0.3"] }, { addresses: ["10.0.0.1", "10.0.0.9"] }, { addresses: ["10.0.0.2"] }],
      },
      ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"],
    ],
  ])("%s", (_, more, expected) => expect(addresses([slice(more)])).toEqual(expected));

  it("match a port without a name", () => {
    const slices = [slice({ ports: [{ port: 80 }] })];
    expect(addresses(slices, { portName: "" as "http" })).toEqual(["10.0.0.1:80"]);
    expect(addresses(slices)).toEqual([]);
  });

  it("are merged across slices, and ready if ready in any", () => {
    const as = (ready: boolean) => slice({ endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready } }] });
    for (const slices of [
      [as(true), as(false)],
      [as(false), as(true)],
    ])
      expect(candidatesOf({ slices, ...question })).toMatchObject([{ address: "10.0.0.1", ready: true }]);
  });

  it("are ready, serving and not terminating by default", () => {
    const [candidate] = candidatesOf({ slices: [slice({})], ...question });
    expect(candidate).toMatchObject({ ready: true, serving: true, terminating: false, local: false });
  });
});

describe("connections go", () => {
  const chosen = (endpoints: Endpoint[], place = { name: "here", zone: "z", addresses: [] }) => {
    const { anywhere, here } = chooseEndpoints(candidatesOf({ slices: [slice({ endpoints })], ...question }), place);
    return [anywhere, here].map((candidates) => candidates.map(({ address }) => address.split(".").at(-1)).join(" "));
  };
  const endpoint = (last: number, more: Partial<Endpoint> = {}): Endpoint => ({
    addresses: [`10.0.0.${last}`],
    ...more,
  });
  const going = { conditions: { ready: false, serving: true, terminating: true } };
  const near = (...names: string[]) => ({ hints: { forZones: names.map((name) => ({ name })) } });
  const on = (...names: string[]) => ({ hints: { forNodes: names.map((name) => ({ name })) } });

  it.each<[string, Endpoint[], [string, string]]>([
    [
      "to all ready endpoints, or the local ones among them",
      [endpoint(1, { nodeName: "here" }), endpoint(2)],
      ["1 2", "1"],
    ],
    ["to no endpoint that is not ready", [endpoint(1, { conditions: { ready: false } }), endpoint(2)], ["2", ""]],
    ["to terminating endpoints that still serve if none is ready", [endpoint(1, going)], ["1", ""]],
    ["to no terminating endpoint if another is ready", [endpoint(1, going), endpoint(2)], ["2", ""]],
    [
      "to a local terminating endpoint if no local one is ready",
      [endpoint(1, { ...going, nodeName: "here" }), endpoint(2)],
      ["2", "1"],
    ],
    ["to those hinted for this zone", [endpoint(1, near("z")), endpoint(2, near("y"))], ["1", ""]],
    ["to all if one has no hint", [endpoint(1, near("z")), endpoint(2)], ["1 2", ""]],
    ["to all if none is hinted for this zone", [endpoint(1, near("x")), endpoint(2, near("y"))], ["1 2", ""]],
    [
      "to those hinted for this node before those for this zone",
      [
        endpoint(1, { hints: { ...near("z").hints, ...on("here").hints } }),
        endpoint(2, { hints: { ...near("z").hints, ...on("there").hints } }),
      ],
      ["1", ""],
    ],
  ])("%s", (_, endpoints, expected) => expect(chosen(endpoints)).toEqual(expected));

  it("to all endpoints if the node has no zone", () => {
    expect(chosen([endpoint(1, near("")), endpoint(2, near("y"))], { name: "here", zone: "", addresses: [] })).toEqual([
      "1 2",
      "",
    ]);
  });
});
