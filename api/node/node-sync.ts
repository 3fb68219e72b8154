/**
 * What the control plane tells a node: everything it must know after a revision. The rules are in
 * docs/spec/node-link.md.
 */
import type { Pod } from "../generated/core.v1.ts";
import type { KubeObject } from "../machinery/meta.ts";
import type { GroupResource } from "../store.ts";
import type { UsageCall } from "./node-usage.ts";

export interface NodeChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: GroupResource;
  readonly object: KubeObject;
}

/**
 * The resource under which a node is told of pods anywhere, as far as NetworkPolicies must know them: labels, addresses and named
 * ports. Only while there is a NetworkPolicy.
 */
export const PEER_PODS: GroupResource = "pods.peers.sailplane.dev";

export interface NodeSync {
  readonly type: "sync";
  /** What to ask with next time. */
  readonly revision: number;
  /** The changes are all there is: what is not among them is gone. */
  readonly reset: boolean;
  readonly changes: readonly NodeChange[];
}

/** The node is to dial the tunnel of that id and serve the request there. */
export interface NodeTunnelCall {
  readonly type: "tunnel";
  readonly id: string;
  readonly request: StreamRequest;
}

/** Another node waits at the relay between the two (docs/spec/pod-network.md). */
export interface RelayCall {
  readonly type: "relay";
  readonly peer: string;
}

export type NodeMessage = NodeSync | NodeTunnelCall | UsageCall | RelayCall;

/** The annotation of a Node with the public key by which other nodes know it: X25519, base64url. They are told of it. */
export const NETWORK_KEY = "sailplane.dev/network-key";

/** What a stream of a node is about. */
export type StreamRequest =
  | {
      readonly kind: "logs";
      readonly namespace: string;
      readonly pod: string;
      readonly uid: string;
      readonly container: string;
      readonly options: LogOptions;
    }
  | ({ readonly kind: "exec"; readonly command: readonly string[] } & TerminalRequest)
  | ({ readonly kind: "attach" } & TerminalRequest)
  | {
      readonly kind: "port-forward";
      readonly namespace: string;
      readonly pod: string;
      readonly uid: string;
      /** Each with two channels, 2i for data and 2i + 1 for errors; absent: the client's own SPDY says which. */
      readonly ports?: readonly number[];
    }
  | ({ readonly kind: "http" } & PodHttpRequest)
  /** An upgrade to a WebSocket: the pod's answer has status 101, or another where it refuses. */
  | ({ readonly kind: "websocket" } & PodHttpRequest)
  /** What a kubelet answers of itself: a GET of its API, unless it says otherwise. */
  | { readonly kind: "node"; readonly path: string; readonly method?: "PUT" | "DELETE" };

/** A request of the node's own API. */
export type NodeRequest = Extract<StreamRequest, { kind: "node" }>;

/** A request of HTTP to a port of a pod. Its body comes as input, its answer's status and headers as a `NodeAnswer`. */
export interface PodHttpRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly port: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Absent: no TLS. It ends on the pod's own node, which holds the pod's keys anyway. */
  readonly tls?: TlsExpectation;
}

/** The header that marks what a pod answered, apart from what a tunnel says where there is no answer. */
export const ANSWERED_BY_POD = "X-Sailplane-Pod";

/** What the other side of a TLS connection has to prove. */
export interface TlsExpectation {
  readonly serverName: string;
  /** PEM certificates to trust; absent: those that everybody trusts. */
  readonly authorities?: string;
  /** Whoever answers will do. */
  readonly unverified?: boolean;
  /** What this side proves who it is with, PEM. */
  readonly identity?: { readonly certificate: string; readonly key: string };
}

/**
 * How the node received a request: its first frame in a tunnel of one direction, as text; where both are joined, in a header of its
 * dial.
 */
export interface NodeAnswer {
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  /** What the pod answered, where HTTP was asked for. */
  readonly http?: { readonly status: number; readonly headers: readonly (readonly [string, string])[] };
}

export const ANSWER_HEADER = "X-Sailplane-Answer";

/** Headers are ASCII. */
export const renderNodeAnswer = (answer: NodeAnswer): string => encodeURIComponent(JSON.stringify(answer));

export function parseNodeAnswer(header: string | null): NodeAnswer | undefined {
  try {
    return header === null ? undefined : (JSON.parse(decodeURIComponent(header)) as NodeAnswer);
  } catch {
    return undefined;
  }
}

export interface TerminalRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  /** `All` unless it says one. */
  readonly stream?: "All" | "Stdout" | "Stderr";
}

/** The objects that a pod names, `resource namespace name`. */
export function podReferences({ metadata, spec }: Pod): string[] {
  const namespace = metadata.namespace ?? "";
  const found = new Set<string>();
  const add = (resource: "configmaps" | "secrets" | "persistentvolumeclaims", name: string | undefined) => {
    if (name !== undefined && name !== "") found.add(`${resource} ${namespace} ${name}`);
  };
  for (const container of [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])]) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      add("configmaps", configMapRef?.name);
      add("secrets", secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      add("configmaps", valueFrom?.configMapKeyRef?.name);
      add("secrets", valueFrom?.secretKeyRef?.name);
    }
  }
  for (const { name, configMap, secret, projected, persistentVolumeClaim, ephemeral } of spec.volumes ?? []) {
    add("persistentvolumeclaims", persistentVolumeClaim?.claimName);
    if (ephemeral !== undefined) add("persistentvolumeclaims", `${metadata.name}-${name}`);
    add("configmaps", configMap?.name);
    add("secrets", secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add("configmaps", source.configMap?.name);
      add("secrets", source.secret?.name);
    }
  }
  for (const { name } of spec.imagePullSecrets ?? []) add("secrets", name);
  return [...found];
}
