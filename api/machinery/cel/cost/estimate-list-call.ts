/** What the calls can cost that make a list of another one (cel-go's ext/lists.go). */
import type { Type } from "../values/type.ts";
import type { Argument, CallEstimate } from "./call-estimate.ts";
import { by, fixed, plus, type Range, times, UNBOUNDED } from "./cost-range.ts";

/** The call itself, and the new list. */
const CALL = fixed(11);
const COMPARISON = 2;
/** Per character of a text that is compared. */
const TRAVERSAL = 0.1;

const copied = (size: Range, factor = 1): CallEstimate => ({ cost: plus(by(size, factor), CALL), size });

/** Every item is compared with every other one; cel-go takes the number of comparisons for the size of the result. */
const compared = (size: Range, factor: number) => copied(times(size, size), factor);

const isText = (type: Type | undefined) => type?.kind === "string" || type?.kind === "bytes";

const sorted = (keys: Argument | undefined): CallEstimate | undefined =>
  keys && compared(keys.size, COMPARISON + (isText(keys.type.params?.[0]) ? TRAVERSAL : 0));

const whole = (literal: number | undefined, otherwise: number) => Math.max(literal ?? otherwise, 0);

/** Undefined if it is not such a call. */
export function estimateListCall(name: string, args: readonly Argument[]): CallEstimate | undefined {
  const [list, second, third] = args;
  if (name === "lists.range") return copied(fixed(whole(list?.literal, UNBOUNDED)));
  if (list?.type.kind !== "list") return undefined;
  switch (name) {
    case "slice":
      return copied(fixed(whole(third?.literal, list.size.max) - whole(second?.literal, 0)));
    case "reverse":
      return copied(list.size);
    case "flatten":
      return copied(list.size, second ? whole(second.literal, UNBOUNDED) : 1);
    case "distinct":
      return compared(list.size, COMPARISON);
    case "sort":
      return sorted(list);
    case "@sortByAssociatedKeys":
      return sorted(second);
    default:
      return undefined;
  }
}
