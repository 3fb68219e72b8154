import { apiVersionOf } from "../../api/machinery/meta.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";

export interface RemoteApi {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  /** PEM in base64. */
  readonly caBundle?: string;
  readonly unverified: boolean;
  /** According to the APIService's status; unavailable servers are not called. */
  readonly available: boolean;
}

/** Keyed by `group/version`. */
export function remoteApis(policy: PolicySnapshot): ReadonlyMap<string, RemoteApi> {
  const remotes = policy
    .list("apiservices.apiregistration.k8s.io")
    .flatMap(({ spec: { group = "", version = "", service, ...spec }, status }): RemoteApi[] => {
      if (!service || group === "") return [];
      const { namespace = "", name = "", port = 443 } = service;
      return [
        {
          group,
          version,
          groupPriority: spec.groupPriorityMinimum,
          versionPriority: spec.versionPriority,
          service: { namespace, name, port },
          ...(spec.caBundle ? { caBundle: spec.caBundle } : {}),
          unverified: spec.insecureSkipTLSVerify ?? false,
          available: status.conditions?.some(({ type, status: is }) => type === "Available" && is === "True") ?? false,
        },
      ];
    });
  return new Map(remotes.map((remote) => [apiVersionOf(remote.group, remote.version), remote]));
}
