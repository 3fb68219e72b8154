/** The moments that can be displayed, from the store's log. */
import type { Moment } from "../../api/moment.ts";
import { api } from "../api/connection.ts";
import { statusText } from "../api/status-text.ts";

export type Moments = { readonly moments: readonly Moment[] } | { readonly problem: string };

const MAX_MOMENTS = 240;

export async function readMoments(): Promise<Moments> {
  const outcome = await api
    .read<{ moments: Moment[] }>(`/sailplane/v1/store/moments?most=${MAX_MOMENTS}`)
    .catch(() => undefined);
  if (!outcome) return { problem: "The cluster does not answer." };
  return outcome.ok ? { moments: outcome.object.moments } : { problem: statusText(outcome.status) };
}
