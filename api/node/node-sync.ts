/**
 * What the control plane tells a node: everything it must know after a revision. The rules are in
 * docs/spec/node-link.md.
 */
import type { Pod } from "../generated/core.v1.ts";
import type { KubeObject } from "../machinery/meta.ts";
import type { GroupResource } from "../store/store.ts";

export interface NodeChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: GroupResource;
  readonly object: KubeObject;
}

/**
 * The resource under which a node is sent pods of all nodes, as far as NetworkPolicies require: labels, addresses and
 * named ports. Only while there is a NetworkPolicy.
 */
export const PEER_PODS: GroupResource = "pods.peers.sailplane.dev";

/** Why a link is closed whose Node is deleted. */
export const NODE_DELETED = "the node was deleted";

export interface NodeSync {
  readonly type: "sync";
  /** The revision for the next sync. */
  readonly revision: number;
  /** The changes are complete: objects not among them are gone. */
  readonly reset: boolean;
  readonly changes: readonly NodeChange[];
}

/** Asks the node to dial the tunnel of that id and serve the request there. */
export interface NodeTunnelCall {
  readonly type: "tunnel";
  readonly id: string;
  readonly request: StreamRequest | HeldAnswer;
  /** Tells the clients of streams apart, without naming them. */
  readonly client?: string;
}

/** The answer to a request that came over the link, which the node holds because it does not fit there. */
export interface HeldAnswer {
  readonly kind: "answer";
  /** The request's. */
  readonly id: string;
}

/** Another node is waiting at the relay between the two (docs/spec/pod-network.md). */
export interface RelayCall {
  readonly type: "relay";
  readonly peer: string;
}

/** The node returns it unchanged: then it is known to have read everything before it. */
export interface LinkMark {
  readonly type: "mark";
  readonly id: string;
}

/**
 * The annotation of a Node with its public key, by which other nodes identify it: X25519, base64url. They are told of
 * it.
 */
export const NETWORK_KEY = "sailplane.dev/network-key";

/** The subject of a stream. */
export type StreamRequest =
  | {
      readonly kind: "logs";
      readonly namespace: string;
      readonly pod: string;
      readonly uid: string;
      readonly container: string;
      readonly options: LogOptions;
      /** The WebSocket subprotocol of a client that reads the log over one; absent: over HTTP. */
      readonly protocol?: string;
    }
  | ({ readonly kind: "exec"; readonly command: readonly string[] } & TerminalRequest)
  | ({ readonly kind: "attach" } & TerminalRequest)
  | {
      readonly kind: "port-forward";
      readonly namespace: string;
      readonly pod: string;
      readonly uid: string;
      /** Each has two channels, 2i for data and 2i + 1 for errors; absent: the client's own SPDY names them. */
      readonly ports?: readonly number[];
      readonly protocol?: string;
    }
  | ({ readonly kind: "http" } & PodHttpRequest)
  /** An upgrade to a WebSocket: the pod's response has status 101, or another if it refuses. */
  | ({ readonly kind: "websocket" } & PodHttpRequest)
  /** The kubelet API of the node itself: a GET unless it says otherwise. */
  | { readonly kind: "node"; readonly path: string; readonly method?: "PUT" | "DELETE" };

/** A request to the node's own API. */
export type NodeRequest = Extract<StreamRequest, { kind: "node" }>;

/**
 * An HTTP request to a port of a pod, or of a Service's endpoint that is not a pod. Its body is the stream's input; the
 * response's status and headers are in a `NodeAnswer`.
 */
export interface PodHttpRequest {
  readonly namespace: string;
  /** Empty for an endpoint that is not a pod. */
  readonly pod: string;
  readonly uid: string;
  /** Where to connect if it is not a pod; a pod's own node knows its pod's address. */
  readonly address?: string;
  readonly port: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Absent: no TLS. TLS is terminated on the pod's own node, which holds the pod's keys anyway. */
  readonly tls?: TlsExpectation;
}

/** The header that marks a pod's own response, in contrast to a tunnel's error. */
export const ANSWERED_BY_POD = "X-Sailplane-Pod";

/** What the other side of a TLS connection must prove. */
export interface TlsExpectation {
  readonly serverName: string;
  /** PEM certificates to trust; absent: the public CAs. */
  readonly authorities?: string;
  /** Accepts any server certificate. */
  readonly unverified?: boolean;
  /** The client certificate, PEM. */
  readonly identity?: { readonly certificate: string; readonly key: string };
}

/**
 * How the node received a request: in a one-way tunnel its first frame, as text; in a joined one, a header of its dial.
 */
export interface NodeResponse {
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  /** The subprotocol that the node speaks with the client, as it was asked to. */
  readonly protocol?: string;
  /** The pod's response, for HTTP requests. */
  readonly http?: { readonly status: number; readonly headers: readonly (readonly [string, string])[] };
}

export const RESPONSE_HEADER = "X-Sailplane-Answer";

/** Headers are ASCII. */
export const renderNodeResponse = (response: NodeResponse): string => encodeURIComponent(JSON.stringify(response));

export function parseNodeResponse(header: string | null): NodeResponse | undefined {
  try {
    return header === null ? undefined : parseResponseText(decodeURIComponent(header));
  } catch {
    return undefined;
  }
}

/** Undefined if it cannot be read: a node may send anything. */
export function parseResponseText(text: string): NodeResponse | undefined {
  try {
    const response = JSON.parse(text) as Partial<NodeResponse> | null;
    return typeof response?.code === "number" ? (response as NodeResponse) : undefined;
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
  /** The client's WebSocket subprotocol (api/terminal-protocol.ts); absent: `v5.channel.k8s.io`. */
  readonly protocol?: string;
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
}

/** The objects that a pod refers to, as `resource namespace name`. */
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
