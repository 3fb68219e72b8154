/** quantity() (apiserver pkg/cel/library/quantity.go). */
import { asFloat, asInt64, type HeldQuantity, heldQuantity, negated, ofInt64, sumHeld } from "../../held-quantity.ts";
import { exactValue, formatQuantity, type Quantity, quantityParts, quantityProblem } from "../../quantity.ts";
import type { Declaration } from "../declaration.ts";
import { CelError, Opaque } from "../values/values.ts";

const BILLION = 1_000_000_000n;

class QuantityValue extends Opaque {
  readonly typeName = "kubernetes.Quantity";
  constructor(
    readonly quantity: Quantity,
    readonly held: HeldQuantity,
  ) {
    super();
  }
  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && other.quantity.nanos === this.quantity.nanos;
  }
  override toString(): string {
    return formatQuantity(this.quantity);
  }
}

export function quantity(text: string): QuantityValue {
  const parts = quantityParts(text);
  if (typeof parts === "string") throw new CelError(parts);
  return new QuantityValue(exactValue(parts), heldQuantity(parts));
}

const order = ({ quantity: a }: QuantityValue, { quantity: b }: QuantityValue) =>
  a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n;

type Addend = Pick<QuantityValue, "held"> & { readonly quantity: Pick<Quantity, "nanos"> };

const whole = (value: bigint): Addend => ({ quantity: { nanos: value * BILLION }, held: ofInt64(value) });
const sum = ({ quantity, held }: QuantityValue, other: Addend) =>
  new QuantityValue({ ...quantity, nanos: quantity.nanos + other.quantity.nanos }, sumHeld(held, other.held));
const difference = (value: QuantityValue, { quantity, held }: Addend) =>
  sum(value, { quantity: { nanos: -quantity.nanos }, held: negated(held) });

function asInteger({ held }: QuantityValue): bigint {
  const value = asInt64(held);
  if (value === undefined) throw new CelError("cannot convert value to integer");
  return value;
}

export const quantities: readonly Declaration[] = [
  ["quantity(string) -> kubernetes.Quantity", quantity, "traversal"],
  ["isQuantity(string) -> bool", (text: string) => quantityProblem(text) === undefined, "traversal"],
  [
    "sign(kubernetes.Quantity) -> int",
    ({ quantity: { nanos } }: QuantityValue) => (nanos > 0n ? 1n : nanos < 0n ? -1n : 0n),
  ],
  [
    "kubernetes.Quantity.isGreaterThan(kubernetes.Quantity) -> bool",
    (a: QuantityValue, b: QuantityValue) => order(a, b) > 0n,
  ],
  [
    "kubernetes.Quantity.isLessThan(kubernetes.Quantity) -> bool",
    (a: QuantityValue, b: QuantityValue) => order(a, b) < 0n,
  ],
  ["kubernetes.Quantity.compareTo(kubernetes.Quantity) -> int", order],
  ["kubernetes.Quantity.asApproximateFloat() -> double", ({ held }: QuantityValue) => asFloat(held)],
  ["kubernetes.Quantity.asInteger() -> int", asInteger],
  ["kubernetes.Quantity.isInteger() -> bool", ({ held }: QuantityValue) => asInt64(held) !== undefined],
  ["kubernetes.Quantity.add(kubernetes.Quantity) -> kubernetes.Quantity", sum],
  ["kubernetes.Quantity.add(int) -> kubernetes.Quantity", (a: QuantityValue, b: bigint) => sum(a, whole(b))],
  ["kubernetes.Quantity.sub(kubernetes.Quantity) -> kubernetes.Quantity", difference],
  ["kubernetes.Quantity.sub(int) -> kubernetes.Quantity", (a: QuantityValue, b: bigint) => difference(a, whole(b))],
];
