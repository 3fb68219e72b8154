/** Range checks for CEL's integer types. */
import { CelError, Uint } from "../values/values.ts";

const MAX = 2n ** 63n;
export const int = (value: bigint): bigint => {
  if (value >= MAX || value < -MAX) throw new CelError("integer overflow");
  return value;
};
export const uint = (value: bigint): Uint => {
  if (value < 0n || value >= 2n * MAX) throw new CelError("unsigned integer overflow");
  return new Uint(value);
};
