/** What a CSI driver requests to know of the pod that it publishes a volume for. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { CSIDriver } from "../../api/generated/storage.v1.ts";
import type { CsiSources } from "./csi-sources.ts";
import type { Wanted } from "./wanted-volume.ts";

const key = (word: string): string => `csi.storage.k8s.io/${word}`;

export interface PodContextOptions {
  readonly mode: Wanted["mode"];
  readonly driver: CSIDriver | undefined;
  readonly sources: Pick<CsiSources, "token">;
}

export interface PodContext {
  readonly context: Readonly<Record<string, string>>;
  /** Drivers that ask for tokens get them among their secrets, which nobody logs. */
  readonly secrets: Readonly<Record<string, string>>;
}

export async function podContext(pod: Pod, { mode, driver, sources }: PodContextOptions): Promise<PodContext> {
  const { name = "", namespace = "", uid = "" } = pod.metadata;
  const { podInfoOnMount, tokenRequests = [], serviceAccountTokenInSecrets } = driver?.spec ?? {};
  const context: Record<string, string> =
    podInfoOnMount === true
      ? {
          [key("pod.name")]: name,
          [key("pod.namespace")]: namespace,
          [key("pod.uid")]: uid,
          [key("serviceAccount.name")]: pod.spec.serviceAccountName ?? "",
          [key("ephemeral")]: String(mode === "Ephemeral"),
        }
      : {};
  const tokens: Record<string, { readonly token: string; readonly expirationTimestamp: string }> = {};
  for (const { audience = "", expirationSeconds = 3600 } of tokenRequests) {
    const { token, expiresAt } = await sources.token(pod, { audience, expirationSeconds });
    tokens[audience] = { token, expirationTimestamp: expiresAt };
  }
  if (tokenRequests.length === 0) return { context, secrets: {} };
  const tokenContext = { [key("serviceAccount.tokens")]: JSON.stringify(tokens) };
  return serviceAccountTokenInSecrets === true
    ? { context, secrets: tokenContext }
    : { context: { ...context, ...tokenContext }, secrets: {} };
}
