/** What CSI volumes need from the API. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { CSIDriver, VolumeAttachment } from "../../api/generated/storage.v1.ts";

export interface CsiSources {
  driver(name: string): Promise<CSIDriver | undefined>;
  attachment(name: string): Promise<VolumeAttachment | undefined>;
  secret(namespace: string, name: string): Promise<Readonly<Record<string, string>>>;
  /** A token for the pod. */
  token(
    pod: Pod,
    request: { readonly audience: string | undefined; readonly expirationSeconds: number },
  ): Promise<{ readonly token: string; readonly expiresAt: string }>;
}
