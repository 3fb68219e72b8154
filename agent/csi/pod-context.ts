/** What a CSI driver asks to be told of the pod that it publishes a volume for. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { CSIDriver } from "../../api/generated/storage.v1.ts";
import type { CsiSources } from "./csi-sources.ts";
import type { Wanted } from "./wanted-volume.ts";

const key = (word: string): string => `csi.storage.k8s.io/${word}`;

export interface Asked {
  readonly mode: Wanted["mode"];
  readonly driver: CSIDriver | undefined;
  readonly sources: Pick<CsiSources, "token">;
}

export async function podContext(pod: Pod, { mode, driver, sources }: Asked): Promise<Record<string, string>> {
  const { name = "", namespace = "", uid = "" } = pod.metadata;
  const told: Record<string, string> = {};
  if (driver?.spec.podInfoOnMount === true) {
    told[key("pod.name")] = name;
    told[key("pod.namespace")] = namespace;
    told[key("pod.uid")] = uid;
    told[key("serviceAccount.name")] = pod.spec.serviceAccountName ?? "";
    told[key("ephemeral")] = String(mode === "Ephemeral");
  }
  const tokens: Record<string, { readonly token: string; readonly expirationTimestamp: string }> = {};
  for (const { audience = "", expirationSeconds = 3600 } of driver?.spec.tokenRequests ?? []) {
    const { token, expiresAt } = await sources.token(pod, { audience, expirationSeconds });
    tokens[audience] = { token, expirationTimestamp: expiresAt };
  }
  if (Object.keys(tokens).length > 0) told[key("serviceAccount.tokens")] = JSON.stringify(tokens);
  return told;
}
