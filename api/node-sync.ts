/**
 * What the control plane tells a node: everything it must know after a revision. The rules are in
 * docs/spec/node-link.md.
 */
import type { Pod } from "./generated/core.v1.ts";
import type { KubeObject } from "./machinery/meta.ts";
import type { GroupResource } from "./store.ts";

export interface NodeChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: GroupResource;
  readonly object: KubeObject;
}

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

export type NodeMessage = NodeSync | NodeTunnelCall;

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
    };

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
  const add = (resource: "configmaps" | "secrets", name: string | undefined) => {
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
  for (const { configMap, secret, projected } of spec.volumes ?? []) {
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
