import { Sparkline } from "../parts/sparkline.tsx";
import { cpuOf, memoryOf, type Resources, renderBytes, renderCpu } from "../summaries/resources.ts";
import type { UsageSample } from "./usage-history.ts";

const MEASURES = {
  cpu: { name: "CPU", capacityIn: cpuOf, render: renderCpu },
  memory: { name: "Memory", capacityIn: memoryOf, render: renderBytes },
} as const;

type Measure = keyof typeof MEASURES;

interface CapacityBarProps {
  readonly of: Measure;
  /** The allocatable amount. */
  readonly capacity: number;
  readonly requested: number;
  /** Absent if it was not measured. */
  readonly used?: readonly number[] | undefined;
  /** The amounts are not known yet. */
  readonly loading?: boolean;
}

/** Requests relative to capacity, as a bar, with a mark for usage. */
export function CapacityBar({ of, capacity, requested, used = [], loading = false }: CapacityBarProps) {
  const { name } = MEASURES[of];
  const render = loading ? () => "…" : MEASURES[of].render;
  const now = used.at(-1);
  const share = (value: number) => (capacity > 0 && !loading ? Math.min(100, (value / capacity) * 100) : 0);
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

interface NodeCapacityBarProps {
  readonly of: Measure;
  readonly allocatable: Resources;
  readonly requested: Readonly<Record<Measure, number>>;
  readonly used: readonly UsageSample[] | undefined;
}

/** For one node. */
export const NodeCapacityBar = ({ of, allocatable, requested, used }: NodeCapacityBarProps) => (
  <CapacityBar
    of={of}
    capacity={MEASURES[of].capacityIn(allocatable)}
    requested={requested[of]}
    used={used?.map((sample) => sample[of])}
  />
);
