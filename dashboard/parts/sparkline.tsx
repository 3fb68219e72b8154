/** A small chart of past values, beside the current figure. */
const WIDTH = 96;
const HEIGHT = 24;

interface SparklineProps {
  readonly values: readonly number[];
  /** The value at the top of the chart; default: the maximum. */
  readonly top?: number;
  readonly label: string;
}

export function Sparkline({ values, top = Math.max(...values), label }: SparklineProps) {
  if (values.length < 2) return null;
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
      <polyline points={pointsOf(values, top)} />
    </svg>
  );
}

function pointsOf(values: readonly number[], top: number): string {
  const step = WIDTH / (values.length - 1);
  return values
    .map((value, index) => {
      const height = top > 0 ? Math.min(1, value / top) : 0;
      return `${round(index * step)},${round(HEIGHT - 2 - height * (HEIGHT - 4))}`;
    })
    .join(" ");
}

const round = (value: number) => Math.round(value * 10) / 10;
