import { useEffect, useState } from "preact/hooks";
import { type Activity, estimateBill } from "../../api/bill.ts";
import { isVisible } from "../live/visibility.ts";
import { readActivity } from "./read-activity.ts";

const EVERY_MS = 5 * 60_000;

/** What the cluster would cost on Cloudflare, if it went on as it does. */
export function CostTile({ nodes }: { readonly nodes: number }) {
  const [activity, setActivity] = useState<Activity | undefined>(undefined);
  useEffect(() => {
    const ask = () => void readActivity(nodes).then(setActivity);
    ask();
    const timer = setInterval(() => isVisible() && ask(), EVERY_MS);
    return () => clearInterval(timer);
  }, [nodes]);
  if (!activity) return null;
  const { writes, requests } = activity;
  return (
    <div
      class="tile"
      title="Reckoned from the writes in the log and the requests that this process has answered, at Cloudflare's prices of the paid plan"
    >
      <h2>On Cloudflare, estimated</h2>
      <div class="meter">
        <p>
          <strong>${estimateBill(activity).toFixed(2)}</strong> a month
        </p>
        <p class="aside">
          {compact(writes)} writes, {compact(requests)} requests a day
        </p>
      </div>
    </div>
  );
}

const compact = (count: number) => count.toLocaleString(undefined, { notation: "compact", maximumFractionDigits: 1 });
