/** What setting up volumes needs from the API, through the agent's client. */
import type { TokenRequest } from "../../api/generated/authentication.v1.ts";
import type { PersistentVolume, PersistentVolumeClaim, Secret } from "../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../api/generated/resource.v1.ts";
import type { CSIDriver, VolumeAttachment } from "../../api/generated/storage.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { ApiClient } from "../../client/api-client.ts";
import type { CsiSources } from "../csi/csi-sources.ts";
import type { PodClaimsOptions } from "../dra/pod-claims.ts";
import { steadyNow } from "../steady-now.ts";
import type { VolumeSources } from "./pod-volumes.ts";

/** The fraction of its life after which a token is renewed. */
const TOKEN_SHARE = 0.8;

export type ApiVolumeSources = VolumeSources & CsiSources & { readonly resourceClaim: PodClaimsOptions["claim"] };

/** `reports` carries requests that every pod causes. */
export function apiVolumeSources(client: ApiClient, reports: ApiClient): ApiVolumeSources {
  const get = async <T extends KubeObject>(resource: string, namespace: string, name: string) => {
    const outcome = await client.get<T>({ resource, namespace, name });
    if (outcome.ok) return outcome.object;
    if (outcome.status.code === 404) return undefined;
    throw new Error(outcome.status.message ?? `${resource} "${name}" cannot be read`);
  };
  return {
    claim: (namespace, name) => get<PersistentVolumeClaim>("persistentvolumeclaims", namespace, name),
    patchStatus: async ({ metadata: { namespace = "", name = "" } }, status) => {
      const outcome = await client.patch<PersistentVolumeClaim>(
        { resource: "persistentvolumeclaims", namespace, name, subresource: "status" },
        "application/strategic-merge-patch+json",
        { status },
      );
      if (!outcome.ok) throw new Error(outcome.status.message ?? "the claim's status cannot be written");
    },
    driver: (name) => get<CSIDriver>("csidrivers.storage.k8s.io", "", name),
    attachment: (name) => get<VolumeAttachment>("volumeattachments.storage.k8s.io", "", name),
    secret: async (namespace, name) => {
      const { data = {} } = (await get<Secret>("secrets", namespace, name)) ?? {};
      return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
      );
    },
    resourceClaim: (namespace: string, name: string) =>
      get<ResourceClaim>("resourceclaims.resource.k8s.io", namespace, name),
    persistentVolume: (name) => get<PersistentVolume>("persistentvolumes", "", name),
    token: async (pod, { audience, expirationSeconds }) => {
      const { namespace = "", name = "", uid = "" } = pod.metadata;
      const outcome = await reports.create<KubeObject & Partial<TokenRequest>>(
        {
          resource: "serviceaccounts",
          namespace,
          name: pod.spec.serviceAccountName ?? "default",
          subresource: "token",
        },
        {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenRequest",
          metadata: {},
          spec: {
            audiences: audience === undefined || audience === "" ? [] : [audience],
            expirationSeconds,
            boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
          },
        },
      );
      if (!outcome.ok) throw new Error(outcome.status.message ?? "no token");
      const { spec, status } = outcome.object;
      const { token = "", expirationTimestamp = "" } = status ?? {};
      // Not until when it lasts, which only the clock of who gave it tells.
      const lifeMs = (spec?.expirationSeconds ?? expirationSeconds) * 1000;
      return { token, expiresAt: expirationTimestamp, renewAt: steadyNow() + lifeMs * TOKEN_SHARE };
    },
  };
}
