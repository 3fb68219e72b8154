/** semver() (apiserver pkg/cel/library/semverlib.go). */
import type { Declaration } from "../declaration.ts";
import { parseLooseSemver, parseSemver } from "../values/semver-text.ts";
import { CelError, Opaque } from "../values/values.ts";

class SemverValue extends Opaque {
  readonly typeName = "kubernetes.Semver";
  constructor(
    readonly numbers: readonly [bigint, bigint, bigint],
    readonly pre: readonly string[],
  ) {
    super();
  }
  equals(other: Opaque): boolean {
    return other instanceof SemverValue && compare(this, other) === 0n;
  }
}

function compare(a: SemverValue, b: SemverValue): bigint {
  for (const i of [0, 1, 2] as const) if (a.numbers[i] !== b.numbers[i]) return a.numbers[i] < b.numbers[i] ? -1n : 1n;
  if (a.pre.length === 0 || b.pre.length === 0) return BigInt(Math.sign(b.pre.length - a.pre.length));
  for (let i = 0; i < Math.max(a.pre.length, b.pre.length); i++) {
    const [x, y] = [a.pre[i], b.pre[i]];
    if (x === y) continue;
    if (x === undefined || y === undefined) return x === undefined ? -1n : 1n;
    const [n, m] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (n && m) return BigInt(x) < BigInt(y) ? -1n : 1n;
    if (n !== m) return n ? -1n : 1n;
    return x < y ? -1n : 1n;
  }
  return 0n;
}

const parse = (text: string, normalize = false) => (normalize ? parseLooseSemver(text) : parseSemver(text));

export function semver(text: string, normalize = false): SemverValue {
  const parsed = parse(text, normalize);
  if (typeof parsed === "string") throw new CelError(parsed);
  return new SemverValue(parsed.numbers, parsed.pre);
}

const isSemver = (text: string, normalize = false): boolean => typeof parse(text, normalize) !== "string";

export const semvers: readonly Declaration[] = [
  ["semver(string) -> kubernetes.Semver", semver, "traversal"],
  ["semver(string, bool) -> kubernetes.Semver", semver, "traversal"],
  ["isSemver(string) -> bool", isSemver, "traversal"],
  ["isSemver(string, bool) -> bool", isSemver, "traversal"],
  [
    "kubernetes.Semver.isGreaterThan(kubernetes.Semver) -> bool",
    (a: SemverValue, b: SemverValue) => compare(a, b) > 0n,
  ],
  ["kubernetes.Semver.isLessThan(kubernetes.Semver) -> bool", (a: SemverValue, b: SemverValue) => compare(a, b) < 0n],
  ["kubernetes.Semver.compareTo(kubernetes.Semver) -> int", compare],
  ["kubernetes.Semver.major() -> int", ({ numbers }: SemverValue) => numbers[0]],
  ["kubernetes.Semver.minor() -> int", ({ numbers }: SemverValue) => numbers[1]],
  ["kubernetes.Semver.patch() -> int", ({ numbers }: SemverValue) => numbers[2]],
];
