/** Sends audit events to a webhook, as the webhook audit backend of kube-apiserver does. */
import { errorMessage } from "../../api/error-message.ts";

export interface AuditWebhook {
  readonly url: string;
  readonly token: string | undefined;
  /** How long it may take to answer (ms). */
  readonly timeoutMs?: number;
}

/** kube-apiserver's for a webhook. One that never answers would hold back all events after these. */
const TIMEOUT_MS = 30_000;

/** `lines` has an event a line. Returns what went wrong, or undefined once the webhook has them. */
export async function postEvents(
  lines: string,
  { url, token, timeoutMs = TIMEOUT_MS }: AuditWebhook,
): Promise<string | undefined> {
  const items = lines.replaceAll("\n", ",");
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
      body: `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items}]}`,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `${url} answered ${response.status}`;
  } catch (error) {
    return `${url}: ${errorMessage(error)}`;
  }
}
