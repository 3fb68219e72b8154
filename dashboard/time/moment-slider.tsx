import type { Moment } from "../../api/moment.ts";
import { indexOfRevision, renderMoment } from "./moments.ts";

interface MomentSliderProps {
  readonly label: string;
  readonly moments: readonly Moment[];
  /** A revision; "" is now. */
  readonly at: string;
  readonly choose: (revision: string) => void;
}

/** One step past the newest moment is now. */
export function MomentSlider({ label, moments, at, choose }: MomentSliderProps) {
  const index = at === "" ? moments.length : indexOfRevision(moments, at);
  const moment = moments[index];
  const text = moment ? `${renderMoment(moment)}, revision ${moment.revision}` : "Now";
  return (
    <label class="moment">
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={moments.length}
        value={index}
        aria-valuetext={text}
        onInput={(event) => choose(String(moments[event.currentTarget.valueAsNumber]?.revision ?? ""))}
      />
      <output>{text}</output>
    </label>
  );
}
