/**
 * Tokens that do not expire are to be phased out: their Secrets record when they were last used, and may be marked
 * invalid (Kubernetes' legacy service account token tracking).
 */
import type { Secret } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { Entry } from "../../../api/store/store.ts";
import type { ObjectStore } from "../../storage/object-store.ts";

const LAST_USED = "kubernetes.io/legacy-token-last-used";
const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";

/** Why the token may not be used; undefined if it may. */
export function markedInvalid({ metadata }: Secret, account: string): string | undefined {
  if (!metadata.labels?.[INVALID_SINCE]) return undefined;
  return `the token in secret ${metadata.namespace}/${metadata.name} for service account ${metadata.namespace}/${account} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`;
}

/** Written once a day. If the Secret is changed concurrently, the next use writes it. */
export async function noteUse(secret: Secret, entry: Entry, { store, now }: Noting): Promise<void> {
  const today = new Date(now).toISOString().slice(0, 10);
  if (secret.metadata.labels?.[LAST_USED] === today) return;
  const labels = { ...secret.metadata.labels, [LAST_USED]: today };
  await store.commit([
    {
      op: "replace",
      key: entry.key,
      ifRevision: entry.revision,
      text: textWithoutRevision({ ...secret, metadata: { ...secret.metadata, labels } }),
      attributes: { ...entry.attributes, labels },
    },
  ]);
}

interface Noting {
  readonly store: ObjectStore;
  /** ms since the epoch. */
  readonly now: number;
}
