import { useEffect, useState } from "preact/hooks";
import { type Activity, estimateBill } from "../../api/bill.ts";
import { isVisible } from "../live/visibility.ts";
import { type Counting, readActivity } from "./read-activity.ts";

const EVERY_MS = 5 * 60_000;

/** The estimated cost of the cluster on Cloudflare at its current activity. */
export function CostTile({ nodes }: { readonly nodes: number }) {
  const [counting, setCounting] = useState<Counting>({ name: "counting" });
  useEffect(() => {
    const refresh = () => void readActivity(nodes).then(setCounting);
    refresh();
    const timer = setInterval(() => isVisible() && refresh(), EVERY_MS);
    return () => clearInterval(timer);
  }, [nodes]);
  if (counting.name === "refused") return null;
  return (
    <div
      class="tile"
      title="Reckoned from the writes in the log and the requests that this process has answered, at Cloudflare's prices of the paid plan"
    >
      <h2>Cloudflare, a month</h2>
      <div class="meter">
        {counting.name === "counted" ? (
          <Estimate activity={counting.activity} />
        ) : (
          <p class="aside">Counting what it does…</p>
        )}
      </div>
    </div>
  );
}

const Estimate = ({ activity }: { readonly activity: Activity }) => (
  <>
    <p>
      about <strong>${estimateBill(activity).toFixed(0)}</strong>
    </p>
    <p class="aside">
      {compact(activity.writes)} writes, {compact(activity.requests)} requests a day
    </p>
  </>
);

const compact = (count: number) => count.toLocaleString(undefined, { notation: "compact", maximumFractionDigits: 1 });
