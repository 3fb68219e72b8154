/** Services and endpoints of a large cluster, as a node receives them. */
import type { Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";

const inRange = (range: string, i: number): string => `${range}.${(i >> 8) & 255}.${i & 255}`;

export const manyServices = (count: number): Service[] =>
  Array.from({ length: count }, (_, i) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: `team-${i % 20}`, name: `service-${i}`, uid: `service-${i}`, resourceVersion: "1" },
    spec: {
      type: "ClusterIP",
      clusterIP: inRange("10.96", i + 10),
      clusterIPs: [inRange("10.96", i + 10)],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      selector: { app: `service-${i}` },
      ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080 }],
    },
    status: {},
  }));

/** One slice for each Service. */
export const slicesOf = (services: readonly Service[], endpoints: number): EndpointSlice[] =>
  services.map(({ metadata }, i) => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: metadata.namespace ?? "",
      name: `${metadata.name}-x`,
      uid: `slice-${i}`,
      resourceVersion: "1",
      labels: { "kubernetes.io/service-name": metadata.name ?? "" },
    },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: Array.from({ length: endpoints }, (_, k) => ({
      addresses: [inRange("10.244", i * endpoints + k)],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${k}`,
      targetRef: { kind: "Pod", namespace: metadata.namespace ?? "", name: `pod-${i}-${k}`, uid: `pod-${i}-${k}` },
    })),
  }));
