interface MeterProps {
  readonly used: number;
  readonly of: number;
  readonly render?: (value: number) => string;
  readonly bad?: boolean;
  /** The numbers are not known yet. */
  readonly loading?: boolean;
}

/** A fraction, as numbers and as a bar. */
export const Meter = ({
  used,
  of,
  render = (value) => value.toLocaleString(),
  bad = of > 0 && used / of > 0.9,
  loading = false,
}: MeterProps) => (
  <div class={`meter ${bad && !loading ? "warn" : ""}`}>
    <p>
      <strong>{loading ? "…" : render(used)}</strong> of {loading ? "…" : render(of)}
    </p>
    <div class="bar" aria-hidden="true">
      <i style={{ width: `${of > 0 && !loading ? Math.min(100, (used / of) * 100) : 0}%` }} />
    </div>
  </div>
);
