/** quantity() (apiserver pkg/cel/library/quantity.go). */
import { formatQuantity, parseQuantity, type Quantity, quantityProblem } from "../../quantity.ts";
import type { Declaration } from "../declaration.ts";
import { CelError, Opaque } from "../values/values.ts";

const BILLION = 1_000_000_000n;

class QuantityValue extends Opaque {
  readonly typeName = "kubernetes.Quantity";
  constructor(readonly quantity: Quantity) {
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
  const parsed = parseQuantity(text);
  if (typeof parsed === "string") throw new CelError(quantityProblem(text) ?? parsed);
  return new QuantityValue(parsed);
}

const order = ({ quantity: a }: QuantityValue, { quantity: b }: QuantityValue) =>
  a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n;
const of = ({ quantity: a }: QuantityValue, nanos: bigint) => new QuantityValue({ ...a, nanos });
/** Kubernetes does not hold longer ones as integers. */
const LONGEST = 10n ** 18n;
const isInteger = ({ quantity: { nanos } }: QuantityValue) =>
  nanos % BILLION === 0n && nanos < LONGEST * BILLION && nanos > -LONGEST * BILLION;

function asInteger(value: QuantityValue): bigint {
  if (!isInteger(value)) throw new CelError("cannot convert value to integer");
  return value.quantity.nanos / BILLION;
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
  [
    "kubernetes.Quantity.asApproximateFloat() -> double",
    ({ quantity: { nanos } }: QuantityValue) => Number(nanos) / 1e9,
  ],
  ["kubernetes.Quantity.asInteger() -> int", asInteger],
  ["kubernetes.Quantity.isInteger() -> bool", isInteger],
  [
    "kubernetes.Quantity.add(kubernetes.Quantity) -> kubernetes.Quantity",
    (a: QuantityValue, b: QuantityValue) => of(a, a.quantity.nanos + b.quantity.nanos),
  ],
  [
    "kubernetes.Quantity.add(int) -> kubernetes.Quantity",
    (a: QuantityValue, b: bigint) => of(a, a.quantity.nanos + b * BILLION),
  ],
  [
    "kubernetes.Quantity.sub(kubernetes.Quantity) -> kubernetes.Quantity",
    (a: QuantityValue, b: QuantityValue) => of(a, a.quantity.nanos - b.quantity.nanos),
  ],
  [
    "kubernetes.Quantity.sub(int) -> kubernetes.Quantity",
    (a: QuantityValue, b: bigint) => of(a, a.quantity.nanos - b * BILLION),
  ],
];
