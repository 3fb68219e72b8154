/** A cluster's requests a second, where its deployment's owner has set a limit: two seconds' worth at once, then that rate. */
import { tooManyRequests } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { Attempts } from "../../auth/attempts.ts";

/** By rate. Each isolate counts for itself. */
const rates = new Map<number, Attempts>();

export function limitRate(cluster: string, perSecond: number | undefined): void {
  if (perSecond === undefined) return;
  let attempts = rates.get(perSecond);
  if (!attempts) {
    attempts = new Attempts({ burst: Math.max(1, 2 * perSecond), perMinute: 60 * perSecond });
    rates.set(perSecond, attempts);
  }
  const wait = attempts.take(cluster, Date.now());
  if (wait > 0) throw new ApiError(tooManyRequests(`cluster ${cluster} may ask ${perSecond} times a second`, wait));
}
