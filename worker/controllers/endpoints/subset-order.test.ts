import { expect, it } from "vitest";
import { dumpForHash } from "../template-hash/dump-for-hash.ts";
import { fnv128a } from "../template-hash/fnv128a.ts";

/** Order printed by Go. */
it.each<[string, object, string]>([
  ["core.v1.EndpointPort", { name: "http", port: 80, protocol: "TCP" }, "754b003f50f133a539c60d18cfb30a55"],
  [
    "core.v1.EndpointPort",
    { port: 443, protocol: "UDP", appProtocol: "kubernetes.io/h2c" },
    "8e061a4b83cff9f3f75b0bffc18a5329",
  ],
  [
    "core.v1.EndpointSubset",
    {
      addresses: [
        {
          ip: "10.0.0.1",
          hostname: "h",
          nodeName: "n1",
          targetRef: { kind: "Pod", namespace: "ns", name: "p", uid: "u" },
        },
      ],
      ports: [{ name: "a", port: 1, protocol: "TCP" }],
    },
    "05a3154b354b08dcfa40ef2eae4d3a2f",
  ],
  ["discovery.v1.EndpointPort", { name: "w", port: 8080, protocol: "TCP" }, "efb52924772dd61933cab7e1320a21aa"],
  ["discovery.v1.EndpointPort", { name: "d", port: 53, protocol: "UDP" }, "312d1701903e34d63cc461296fdc8781"],
  ["core.v1.EndpointSubset", { notReadyAddresses: [{ ip: "10.0.0.2" }] }, "148b101e9608a1cbeb7a0725321c58aa"],
])("CTL-EP-ORDER: a %s has the same hash as in Go: %j", (type, value, hash) => {
  expect(fnv128a(dumpForHash(type, value))).toBe(hash);
});
