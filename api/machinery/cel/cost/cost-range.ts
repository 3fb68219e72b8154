/** The minimum and maximum of a size or a cost. All counting saturates at 64 bits (cel-go's checker/cost.go). */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The largest value; more is reported as this. */
export const UNBOUNDED = 2 ** 64 - 1;
export const UNKNOWN: Range = { min: 0, max: UNBOUNDED };

export const fixed = (size: number): Range => ({ min: size, max: size });

const capped = (value: number) => Math.min(value, UNBOUNDED);

export const plus = (...parts: readonly Range[]): Range => ({
  min: capped(parts.reduce((total, { min }) => total + min, 0)),
  max: capped(parts.reduce((total, { max }) => total + max, 0)),
});

const product = (a: number, b: number) => (a === 0 || b === 0 ? 0 : capped(a * b));
export const times = (a: Range, b: Range): Range => ({ min: product(a.min, b.min), max: product(a.max, b.max) });

/** Cost per unit for traversing all of it. */
export const by = ({ min, max }: Range, factor: number): Range => ({
  min: capped(Math.ceil(min * factor)),
  max: capped(Math.ceil(max * factor)),
});

export const either = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });
