/**
 * Limits a cluster's requests per second, if its deployment's owner set a limit: a burst of two seconds' worth, then
 * that rate.
 */
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
  if (wait > 0) throw new ApiError(tooManyRequests(`cluster ${cluster} may make ${perSecond} requests a second`, wait));
}
