/** What the cluster does in a day, from what the API server and the log have counted. */
import type { Activity } from "../../api/bill.ts";
import { read } from "../api/connection.ts";
import { readMoments } from "../time/read-moments.ts";
import { activityOf } from "./activity.ts";

/** Undefined for those who may not read it. */
export async function readActivity(nodes: number): Promise<Activity | undefined> {
  const [answer, moments] = await Promise.all([
    read("/metrics", { accept: "text/plain" }).catch(() => undefined),
    readMoments(),
  ]);
  if (!answer?.ok || "problem" in moments) return undefined;
  return activityOf({ metrics: await answer.text(), moments: moments.moments, nodes, now: Date.now() });
}
