/** A Service and its pods, under the controllers of endpoints. */
import type { Node, Pod, Service } from "../../../api/generated/core.v1.ts";
import { endpointSliceMirroringController } from "../../../worker/controllers/endpoints/endpoint-slice-mirroring.ts";
import { endpointSliceController } from "../../../worker/controllers/endpoints/endpoint-slices.ts";
import { endpointsController } from "../../../worker/controllers/endpoints/endpoints.ts";
import { controlledCluster } from "./controlled-cluster.ts";

/** Starts with the pods' node, `n1`. */
export function start() {
  const at = controlledCluster([endpointsController, endpointSliceController, endpointSliceMirroringController]);
  at.cluster.put("nodes", node);
  return at;
}
export const service = (spec: Partial<Service["spec"]> = {}): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "s", namespace: "ns", labels: { l: "m" } },
  spec: {
    selector: { app: "x" },
    ports: [{ name: "http", port: 80, targetPort: 8080 }],
    ipFamilies: ["IPv4"],
    ...spec,
  },
  status: {},
});
export const pod = (
  name: string,
  ip: string,
  options: { ready?: boolean; port?: number; spec?: Partial<Pod["spec"]> } = {},
): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ns", labels: { app: "x" } },
  spec: {
    nodeName: "n1",
    containers: [
      { name: "c", image: "i", ...(options.port ? { ports: [{ name: "web", containerPort: options.port }] } : {}) },
    ],
    ...options.spec,
  },
  status: {
    phase: "Running",
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [{ type: "Ready", status: options.ready === false ? "False" : "True" }],
  },
});
export const node: Node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1", labels: { "topology.kubernetes.io/zone": "za" } },
  spec: {},
  status: {},
};
export type At = ReturnType<typeof start>;
export const endpoints = ({ cluster }: At) => cluster.get("endpoints", "ns", "s");
export const slices = ({ cluster }: At) => cluster.list("endpointslices.discovery.k8s.io");
