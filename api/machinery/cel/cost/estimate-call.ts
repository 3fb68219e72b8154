/**
 * What a call can cost, and how large its result can be (cel-go's checker/cost.go, Kubernetes'
 * pkg/cel/library/cost.go).
 */

import { ownMember } from "../../json/own-member.ts";
import type { Type } from "../values/type.ts";
import type { Argument, CallEstimate } from "./call-estimate.ts";
import { by, fixed, plus, type Range, times, UNBOUNDED } from "./cost-range.ts";
import { estimateListCall } from "./estimate-list-call.ts";

/** Per character of a text that is traversed. */
const TRAVERSAL = 0.1;
/** Per character of a pattern: about four of them are one step. */
const PATTERN = 0.25;
const ONE = fixed(1);
const AUTHORIZATION = fixed(350_000);
/** The longest pattern of a named format. */
const FORMAT_PATTERN = 128;
const ADDRESS: Range = { min: 4, max: 16 };

type Estimate = (args: readonly Argument[]) => CallEstimate | undefined;

const first = (args: readonly Argument[]): Argument => args[0] ?? { type: { kind: "dyn" }, size: ONE, item: ONE };
const nth = (args: readonly Argument[], index: number): Range => args[index]?.size ?? ONE;
const isText = ({ kind }: Type) => kind === "string" || kind === "bytes";
/** Of a value whose type is not known before, all overloads count. */
const mayBe = (kind: Type["kind"], { type }: Argument) => type.kind === kind || type.kind === "dyn";

const traversal: Estimate = (args) => ({ cost: by(nth(args, 0), TRAVERSAL) });
const sameSize: Estimate = (args) => ({ cost: by(nth(args, 0), TRAVERSAL), size: nth(args, 0) });

const eachItem: Estimate = (args) => {
  const { type, size, item } = first(args);
  const [of] = type.params ?? [];
  if (!of) return { cost: by(size, TRAVERSAL) };
  return { cost: times(size, isText(of) ? plus(ONE, by(item, TRAVERSAL)) : ONE) };
};

const replace: Estimate = (args) => {
  const [text, old, next] = [nth(args, 0), nth(args, 1), nth(args, 2)];
  // An empty text is found before and after each character.
  const most = old.min === 0 ? text.max + 1 : next.max <= old.min ? 0 : Math.ceil(text.max / old.min);
  const least = old.max === 0 ? text.min + 1 : old.max <= next.min ? 0 : Math.ceil(text.min / old.max);
  const unchanged = {
    min: old.max === 0 || old.max <= next.min ? text.min : 0,
    max: old.min === 0 || next.max <= old.min ? text.max : 0,
  };
  const replaced = times({ min: least, max: Math.min(most, UNBOUNDED) }, next);
  return { cost: by(text, 2 * TRAVERSAL), size: plus(replaced, unchanged) };
};

const limitOf = (literal: number | undefined) => (literal !== undefined && literal < 0 ? UNBOUNDED : literal);

const split: Estimate = (args) => ({
  cost: by(nth(args, 0), 2 * TRAVERSAL),
  // A negative limit means none, which Kubernetes treats as a very large one.
  size: { min: 0, max: limitOf(args[2]?.literal) ?? nth(args, 0).max },
});

const join: Estimate = (args) => {
  const { size, item } = first(args);
  const between = { min: Math.max(size.min - 1, 0), max: Math.max(size.max - 1, 0) };
  const joined = plus(times(size, item), ...(args.length > 1 ? [times(nth(args, 1), between)] : []));
  return { cost: by(joined, TRAVERSAL), size: joined };
};

const pattern = (text: Range, expression: Range): Range =>
  times(by(plus(text, ONE), TRAVERSAL), by(expression, PATTERN));

const find: Estimate = (args) => ({
  cost: pattern(nth(args, 0), nth(args, 1)),
  size: { min: 0, max: nth(args, 0).max },
});

const sets =
  (factor: number): Estimate =>
  (args) => ({ cost: plus(by(times(nth(args, 0), nth(args, 1)), factor), ONE) });

const within =
  (extra: Range): Estimate =>
  (args) => {
    const text = args[1] && isText(args[1].type) ? [by(args[1].size, TRAVERSAL)] : [];
    return { cost: plus(by(plus(ADDRESS, ADDRESS), TRAVERSAL), extra, ...text) };
  };

const authorization: Estimate = () => ({ cost: AUTHORIZATION });

const compare: Estimate = (args) => {
  const most = Math.min(nth(args, 0).max, nth(args, 1).max);
  return { cost: by({ min: most > 0 ? 1 : 0, max: most }, TRAVERSAL) };
};
/** Values of these types are compared in one step. */
const ATOMS: ReadonlySet<string> = new Set(["net.IP", "net.CIDR", "kubernetes.Quantity", "kubernetes.Semver"]);
const FORMAT = "kubernetes.NamedFormat";
const MAX_FORMAT_NAME_LENGTH = 64;

const equal: Estimate = (args) => {
  const [a, b] = [args[0]?.type, args[1]?.type];
  const name = a?.kind === "opaque" && b?.kind === "opaque" && a.name === b.name ? (a.name ?? "") : "";
  if (ATOMS.has(name) || name.startsWith("kubernetes.authorization.")) return { cost: ONE };
  if (name === FORMAT) return { cost: by({ min: 1, max: MAX_FORMAT_NAME_LENGTH }, TRAVERSAL) };
  if (name === "kubernetes.URL") return { cost: by({ min: 1, max: nth(args, 1).max }, TRAVERSAL) };
  return compare(args);
};
const compareTexts: Estimate = (args) => (isText(first(args).type) ? compare(args) : undefined);

const add: Estimate = (args) => {
  const { type } = first(args);
  const size = plus(nth(args, 0), nth(args, 1));
  if (isText(type)) return { cost: by(size, TRAVERSAL), size };
  return type.kind === "list" ? { cost: ONE, size } : undefined;
};

/** By name; for member calls the target is the first argument. Undefined if the call costs one. */
const ESTIMATES: Readonly<Record<string, Estimate>> = {
  check: authorization,
  isSorted: eachItem,
  sum: eachItem,
  max: eachItem,
  min: eachItem,
  indexOf: eachItem,
  lastIndexOf: eachItem,
  url: sameSize,
  "jsonpatch.escapeKey": sameSize,
  lowerAscii: sameSize,
  upperAscii: sameSize,
  substring: sameSize,
  trim: sameSize,
  replace,
  split,
  join,
  find,
  findAll: find,
  cidr: traversal,
  isIP: traversal,
  isCIDR: traversal,
  ip: (args) => (isText(first(args).type) ? traversal(args) : undefined),
  "ip.isCanonical": (args) => ({ cost: by(nth(args, 0), 2 * TRAVERSAL) }),
  containsIP: within(fixed(0)),
  containsCIDR: within(plus(by(ADDRESS, TRAVERSAL), ONE)),
  quantity: traversal,
  isQuantity: traversal,
  semver: traversal,
  isSemver: traversal,
  validate: (args) => ({ cost: by(by(nth(args, 1), TRAVERSAL), FORMAT_PATTERN * PATTERN) }),
  "sets.contains": sets(1),
  "sets.intersects": sets(1),
  "sets.equivalent": sets(2),
  format: traversal,
  "strings.quote": (args) => {
    const { min, max } = nth(args, 0);
    return { cost: by(nth(args, 0), TRAVERSAL), size: { min: min + 2, max: Math.min(max * 2 + 2, UNBOUNDED) } };
  },
  bytes: (args) => {
    const size = nth(args, 0);
    if (!mayBe("string", first(args))) return undefined;
    return { cost: by(size, TRAVERSAL), size: { min: size.min, max: Math.min(size.max * 4, UNBOUNDED) } };
  },
  string: (args) => {
    const size = nth(args, 0);
    if (!mayBe("bytes", first(args))) return undefined;
    return { cost: by(size, TRAVERSAL), size: { min: Math.floor(size.min / 4), max: size.max } };
  },
  startsWith: (args) => ({ cost: by(nth(args, 1), TRAVERSAL) }),
  endsWith: (args) => ({ cost: by(nth(args, 1), TRAVERSAL) }),
  contains: (args) => ({ cost: times(by(nth(args, 0), TRAVERSAL), by(nth(args, 1), TRAVERSAL)) }),
  "@in": (args) => (args[1]?.type.kind === "list" ? { cost: args[1].size } : undefined),
  "_==_": equal,
  "_!=_": compare,
  "_<_": compareTexts,
  "_<=_": compareTexts,
  "_>_": compareTexts,
  "_>=_": compareTexts,
  "_+_": add,
};

/**
 * The call's own cost, without that of its arguments. `isMember` distinguishes `text.matches(p)` from `matches(text,
 * p)`.
 */
export function estimateCall(name: string, args: readonly Argument[], isMember: boolean): CallEstimate {
  if (name === "matches" && isMember) return { cost: pattern(nth(args, 0), nth(args, 1)) };
  const estimate = ownMember(ESTIMATES, name);
  return estimate?.(args) ?? estimateListCall(name, args) ?? { cost: ONE };
}
