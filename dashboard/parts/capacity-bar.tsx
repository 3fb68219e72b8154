import type { UsageSample } from "../usage/usage-history.ts";
import { Sparkline } from "./sparkline.tsx";

interface CapacityBarProps {
  readonly name: string;
  /** What can be given out. */
  readonly capacity: number;
  readonly requested: number;
  /** Absent where nobody measured. */
  readonly used?: readonly number[] | undefined;
  readonly render: (value: number) => string;
}

/** Capacity against requests against use: a part of a whole, and a mark in it. */
export function CapacityBar({ name, capacity, requested, used = [], render }: CapacityBarProps) {
  const now = used.at(-1);
  const share = (value: number) => (capacity > 0 ? Math.min(100, (value / capacity) * 100) : 0);
  return (
    <div class={`capacity meter ${share(requested) > 90 || share(now ?? 0) > 90 ? "warn" : ""}`}>
      <h2>{name}</h2>
      <p>
        <strong>{now === undefined ? "–" : render(now)}</strong> used
      </p>
      <p class="aside">
        {render(requested)} of {render(capacity)} requested
      </p>
      <div class="bar" aria-hidden="true">
        <i style={{ width: `${share(requested)}%` }} />
        {now !== undefined && <u style={{ left: `${share(now)}%` }} />}
      </div>
      {/* The place is kept, so that nothing jumps when there is something to draw. */}
      <div class="drawn">
        <Sparkline values={used} top={capacity} label={`${name} used in the last minutes`} />
      </div>
    </div>
  );
}

export const cpuValues = (samples: readonly UsageSample[] | undefined) => samples?.map(({ cpu }) => cpu);
export const memoryValues = (samples: readonly UsageSample[] | undefined) => samples?.map(({ memory }) => memory);
