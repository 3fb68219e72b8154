/** semver() (apiserver pkg/cel/library/semverlib.go). */
import type { Declaration } from "../declaration.ts";
import { CelError, Opaque } from "../values/values.ts";

const PATTERN =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

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

/** Drops a leading v and leading zeros, and fills in missing parts. */
function normalized(text: string): string {
  const [, core = "", rest = ""] = /^v?([\d.]*)(.*)$/s.exec(text) ?? [];
  const parts = core.split(".").map((part) => part.replace(/^0+(?=\d)/, ""));
  while (parts.length < 3) parts.push("0");
  return parts.join(".") + rest;
}

function parse(text: string, normalize = false): SemverValue | undefined {
  const match = PATTERN.exec(normalize ? normalized(text) : text);
  if (!match) return undefined;
  const [, major = "0", minor = "0", patch = "0", pre] = match;
  return new SemverValue([BigInt(major), BigInt(minor), BigInt(patch)], pre?.split(".") ?? []);
}

export function semver(text: string, normalize = false): SemverValue {
  const parsed = parse(text, normalize);
  if (!parsed)
    throw new CelError(
      text.split(".").length === 3
        ? `Invalid character(s) found in version ${JSON.stringify(text)}`
        : "No Major.Minor.Patch elements found",
    );
  return parsed;
}

export const semvers: readonly Declaration[] = [
  ["semver(string) -> kubernetes.Semver", semver, "traversal"],
  ["semver(string, bool) -> kubernetes.Semver", semver, "traversal"],
  ["isSemver(string) -> bool", (text: string) => parse(text) !== undefined, "traversal"],
  [
    "isSemver(string, bool) -> bool",
    (text: string, normalize: boolean) => parse(text, normalize) !== undefined,
    "traversal",
  ],
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
