/**
 * The endpoints of the Service `kubernetes`, which are the control plane itself, as kube-apiserver's own loop maintains
 * them.
 */
import type { Endpoints } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { readObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";

/** `address`: `IPv4:port`, or "" if nodes know the control plane by name only; then there are no endpoints. */
export function kubernetesEndpoints(address: string): readonly KubeObject[] {
  const [ip = "", port = ""] = address.split(":");
  if (ip === "" || port === "") return [];
  const place = { name: "kubernetes", namespace: "default" };
  const ports = [{ name: "https", port: Number(port), protocol: "TCP" }];
  const endpoints: Endpoints = {
    kind: "Endpoints",
    apiVersion: "v1",
    metadata: { ...place, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: [{ addresses: [{ ip }], ports }],
  };
  const slice: EndpointSlice = {
    kind: "EndpointSlice",
    apiVersion: "discovery.k8s.io/v1",
    metadata: { ...place, labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: "IPv4",
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports,
  };
  return [endpoints, slice];
}

type Leading = KubeObject & Pick<Endpoints, "subsets"> & Partial<Pick<EndpointSlice, "endpoints" | "ports">>;

/** The stored object with the control plane's current address; undefined if it is current, or another object. */
export function withAddresses(wanted: KubeObject, storedText: string): KubeObject | undefined {
  if (wanted.kind !== "Endpoints" && wanted.kind !== "EndpointSlice") return undefined;
  const { subsets, endpoints, ports } = wanted as Leading;
  const parts = { ...(subsets ? { subsets } : {}), ...(endpoints ? { endpoints } : {}), ...(ports ? { ports } : {}) };
  if (Object.values(parts).every((part) => storedText.includes(JSON.stringify(part)))) return undefined;
  return { ...readObject(storedText), ...parts };
}
