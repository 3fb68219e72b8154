import { describe, expect, it } from "vitest";
import type { EndpointSubset } from "../../../api/generated/core.v1.ts";
import { repackedSubsets } from "./repacked-subsets.ts";

const http = { name: "http", port: 80 };
const dns = { name: "dns", port: 53 };

describe("CTL-EP-MIRROR: subsets are repacked", () => {
  it.each<{ title: string; subsets: EndpointSubset[]; packed: EndpointSubset[] }>([
    {
      title: "as they are",
      subsets: [{ addresses: [{ ip: "10.0.0.1" }], ports: [http] }],
      packed: [{ addresses: [{ ip: "10.0.0.1" }], ports: [http] }],
    },
    {
      title: "with the ports of the same addresses together",
      subsets: [
        { addresses: [{ ip: "10.0.0.1" }], ports: [http] },
        { addresses: [{ ip: "10.0.0.1" }], ports: [dns] },
      ],
      packed: [{ addresses: [{ ip: "10.0.0.1" }], ports: expect.arrayContaining([http, dns]) }],
    },
    {
      title: "with the addresses of the same port together, in their order",
      subsets: [
        { addresses: [{ ip: "10.0.0.2" }], ports: [http] },
        { addresses: [{ ip: "10.0.0.1" }], ports: [http] },
      ],
      packed: [{ addresses: [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }], ports: [http] }],
    },
    {
      title: "with an address once, not ready if it is so anywhere",
      subsets: [
        { notReadyAddresses: [{ ip: "10.0.0.1" }], ports: [http] },
        { addresses: [{ ip: "10.0.0.1" }], ports: [http] },
      ],
      packed: [{ notReadyAddresses: [{ ip: "10.0.0.1" }], ports: [http] }],
    },
    {
      title: "apart where one port has an address ready that another has not",
      subsets: [
        { addresses: [{ ip: "10.0.0.1" }], ports: [http] },
        { notReadyAddresses: [{ ip: "10.0.0.1" }], ports: [dns] },
      ],
      packed: expect.arrayContaining([
        { addresses: [{ ip: "10.0.0.1" }], ports: [http] },
        { notReadyAddresses: [{ ip: "10.0.0.1" }], ports: [dns] },
      ]),
    },
    {
      title: "without ports",
      subsets: [{ addresses: [{ ip: "10.0.0.1" }] }],
      packed: [{ addresses: [{ ip: "10.0.0.1" }] }],
    },
  ])("$title", ({ subsets, packed }) => {
    expect(repackedSubsets(subsets)).toEqual(packed);
  });
});
