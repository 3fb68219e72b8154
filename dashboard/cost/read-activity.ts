/** A cluster's activity per day, from the counters of the API server and the log. */
import type { Activity } from "../../api/bill.ts";
import { read } from "../api/connection.ts";
import { readMoments } from "../time/read-moments.ts";
import { activityOf } from "./activity.ts";

export type Counting =
  | { readonly name: "counting" }
  | { readonly name: "counted"; readonly activity: Activity }
  /** The user may not read it. */
  | { readonly name: "refused" };

export async function readActivity(nodes: number): Promise<Counting> {
  const [response, moments] = await Promise.all([
    read("/metrics", { accept: "text/plain" }).catch(() => undefined),
    readMoments(),
  ]);
  if (!response?.ok || "problem" in moments) return { name: "refused" };
  const activity = activityOf({ metrics: await response.text(), moments: moments.moments, nodes, now: Date.now() });
  return activity ? { name: "counted", activity } : { name: "counting" };
}
