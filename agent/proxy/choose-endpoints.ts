/** Which endpoints of a Service port connections may reach, chosen as by kube-proxy. */
import type { Service } from "../../api/generated/core.v1.ts";
import type { Endpoint, EndpointSlice } from "../../api/generated/discovery.v1.ts";
import type { Backend, Family } from "./rule-set.ts";

export interface NodePlace {
  readonly name: string;
  readonly zone: string;
  readonly addresses: readonly string[];
}

/** An endpoint of one port. */
export interface Candidate extends Backend {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly local: boolean;
  readonly forZones: readonly string[];
  readonly forNodes: readonly string[];
}

const ADDRESS_TYPE: Readonly<Record<Family, string>> = { 4: "IPv4", 6: "IPv6" };

/** Absent conditions count as true, by definition of the EndpointSlice API. */
function candidateOf(endpoint: Endpoint, backend: Backend, node: string): Candidate {
  const { ready = true, serving = true, terminating = false } = endpoint.conditions ?? {};
  return {
    ...backend,
    ready,
    serving,
    terminating,
    local: endpoint.nodeName === node,
    forZones: endpoint.hints?.forZones?.map(({ name }) => name) ?? [],
    forNodes: endpoint.hints?.forNodes?.map(({ name }) => name) ?? [],
  };
}

export interface PortSelector {
  readonly slices: readonly EndpointSlice[];
  readonly portName: string;
  readonly protocol: string;
  readonly family: Family;
  readonly node: string;
}

/** From all slices of a Service, each address once, in a stable order. */
export function candidatesOf({ slices, portName, protocol, family, node }: PortSelector): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    if (slice.addressType !== ADDRESS_TYPE[family]) continue;
    for (const port of slice.ports ?? []) {
      if ((port.name ?? "") !== portName || (port.protocol ?? "TCP") !== protocol || !port.port) continue;
      for (const endpoint of slice.endpoints ?? []) {
        const [address] = endpoint.addresses;
        if (address === undefined) continue;
        const key = `${address} ${port.port}`;
        const candidate = candidateOf(endpoint, { address, port: port.port }, node);
        // While a pod moves between slices it may be in two: a ready one is the newer information.
        if (found.get(key)?.ready !== true) found.set(key, candidate);
      }
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, candidate]) => candidate);
}

const isFallback = ({ serving, terminating }: Candidate): boolean => serving && terminating;

/** Ready endpoints or, if there is none, terminating ones that still serve. */
function usable(candidates: readonly Candidate[]): readonly Candidate[] {
  const ready = candidates.filter((candidate) => candidate.ready);
  return ready.length > 0 ? ready : candidates.filter(isFallback);
}

/** Traffic distribution: hints only count if every ready endpoint has one, and one of them matches this node. */
function nearby(candidates: readonly Candidate[], { name, zone }: NodePlace): readonly Candidate[] {
  const ready = candidates.filter((candidate) => candidate.ready);
  const hinted = (hints: (candidate: Candidate) => readonly string[], here: string) => {
    const near = ready.filter((candidate) => hints(candidate).includes(here));
    return near.length > 0 && ready.every((candidate) => hints(candidate).length > 0) ? near : undefined;
  };
  return (
    hinted(({ forNodes }) => forNodes, name) ??
    (zone === "" ? undefined : hinted(({ forZones }) => forZones, zone)) ??
    usable(candidates)
  );
}

export interface Choice {
  /** For the policy `Cluster`. */
  readonly anywhere: readonly Candidate[];
  /** For the policy `Local`. */
  readonly here: readonly Candidate[];
}

export const chooseEndpoints = (candidates: readonly Candidate[], place: NodePlace): Choice => ({
  anywhere: nearby(candidates, place),
  here: usable(candidates.filter(({ local }) => local)),
});

/** As long as a backend serves it keeps the clients that it has. */
export const keepsClients = ({ ready, serving }: Candidate): boolean => ready || serving;

export const isProxied = ({ metadata, spec }: Service): boolean =>
  spec.type !== "ExternalName" &&
  spec.clusterIP !== undefined &&
  spec.clusterIP !== "" &&
  spec.clusterIP !== "None" &&
  metadata.labels?.["service.kubernetes.io/service-proxy-name"] === undefined;

/** Excludes slices meant for DNS only. */
export const isProxiedSlice = ({ metadata }: EndpointSlice): boolean =>
  metadata.labels?.["service.kubernetes.io/headless"] === undefined;
