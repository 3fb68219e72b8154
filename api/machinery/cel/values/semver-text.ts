/** Semantic versions as blang/semver reads them, with its errors; loosely as Kubernetes' semver library does. */
import { parseUintProblem } from "../../encoding/parse-uint.ts";
import { goQuote } from "../../field-error.ts";

export interface Semver {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
}

/** The version, or what is wrong with it. */
export function parseSemver(text: string): Semver | string {
  if (text === "") return "Version string empty";
  const [major, minor, ...others] = text.split(".");
  if (major === undefined || minor === undefined || others.length === 0) return "No Major.Minor.Patch elements found";
  const [, patch = "", pre, build] = /^([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(others.join(".")) ?? [];
  const tags = pre?.split(".") ?? [];
  const problem =
    numberProblem("Major", major) ??
    numberProblem("Minor", minor) ??
    numberProblem("Patch", patch) ??
    firstProblem(tags, tagProblem) ??
    firstProblem(build?.split(".") ?? [], buildProblem);
  return problem ?? { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], pre: tags };
}

/** Drops a leading v and leading zeros, and fills in missing parts. */
export function parseLooseSemver(text: string): Semver | string {
  const [major = "", minor, ...others] = text.replace(/^v/, "").split(".");
  const parts = [major, ...(minor === undefined ? [] : [minor]), ...(others.length > 0 ? [others.join(".")] : [])];
  if (parts.length < 3 && /[-+]/.test(parts.at(-1) ?? ""))
    return "short version cannot contain PreRelease/Build meta data";
  while (parts.length < 3) parts.push("0");
  return parseSemver(parts.map(withoutZeros).join("."));
}

function withoutZeros(part: string): string {
  const rest = part.length > 1 ? part.replace(/^0+/, "") : part;
  return rest === part || /^[0-9]/.test(rest) ? rest : `0${rest}`;
}

const isDigits = (text: string) => /^[0-9]*$/.test(text);
const isTag = (text: string) => /^[0-9A-Za-z-]+$/.test(text);
const hasLeadingZero = (text: string) => text.length > 1 && text.startsWith("0");

function numberProblem(name: string, text: string): string | undefined {
  if (!isDigits(text)) return `Invalid character(s) found in ${name.toLowerCase()} number ${goQuote(text)}`;
  return hasLeadingZero(text)
    ? `${name} number must not contain leading zeroes ${goQuote(text)}`
    : parseUintProblem(text);
}

function tagProblem(text: string): string | undefined {
  if (text === "") return "Prerelease is empty";
  if (!isDigits(text)) return isTag(text) ? undefined : `Invalid character(s) found in prerelease ${goQuote(text)}`;
  return hasLeadingZero(text)
    ? `Numeric PreRelease version must not contain leading zeroes ${goQuote(text)}`
    : parseUintProblem(text);
}

function buildProblem(text: string): string | undefined {
  if (text === "") return "Build meta data is empty";
  return isTag(text) ? undefined : `Invalid character(s) found in build meta data ${goQuote(text)}`;
}

function firstProblem(tags: readonly string[], problemOf: (tag: string) => string | undefined): string | undefined {
  for (const tag of tags) {
    const problem = problemOf(tag);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
