import { Sparkline } from "../parts/sparkline.tsx";
import type { UsageSample } from "./usage-history.ts";

interface UsageCellProps {
  readonly samples: readonly UsageSample[] | undefined;
  readonly of: "cpu" | "memory";
  readonly render: (value: number) => string;
}

/** Current usage, and its history. */
export function UsageCell({ samples, of, render }: UsageCellProps) {
  const now = samples?.at(-1);
  if (!samples || !now) return <span class="quiet">–</span>;
  return (
    <span class="usage">
      {render(now[of])}
      <Sparkline values={samples.map((sample) => sample[of])} label={`${of} used in the last minutes`} />
    </span>
  );
}
