/** A slider through the cluster's past: every view shows the chosen moment. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { href, moment, replaceQuery } from "../route.ts";
import { MomentSlider } from "./moment-slider.tsx";
import { type Moments, readMoments } from "./read-moments.ts";

const opened = signal(false);

export const isTimeBarOpen = () => opened.value || moment.value !== "";

export function toggleTimeBar(): void {
  opened.value = !isTimeBarOpen();
  if (!opened.value) replaceQuery({ at: "" });
}

/** A slider passes many moments on the way to the intended one. */
const SETTLED_MS = 150;

export function TimeBar() {
  const [known, setKnown] = useState<Moments | undefined>(undefined);
  const [at, setAt] = useState(moment.value);
  useEffect(() => void readMoments().then(setKnown), []);
  useEffect(() => setAt(moment.value), [moment.value]);
  useEffect(() => {
    if (at === moment.peek()) return;
    const timer = setTimeout(() => replaceQuery({ at }), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [at]);
  return (
    <section class={`time-bar ${moment.value === "" ? "" : "past"}`} aria-label="Time">
      {!known && <span class="quiet">Loading…</span>}
      {known && "problem" in known && <span class="problem">{known.problem}</span>}
      {known && "moments" in known && <MomentSlider label="Look at" moments={known.moments} at={at} choose={setAt} />}
      {moment.value !== "" && <a href={href(["changes"], { from: moment.value, at: "" })}>What changed since</a>}
      <button type="button" onClick={toggleTimeBar}>
        {moment.value === "" ? "Close" : "Back to now"}
      </button>
    </section>
  );
}
