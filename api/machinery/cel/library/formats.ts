/** format.dns1123Label().validate(text) and the like (apiserver pkg/cel/library/format.go). */
import { ownMember } from "../../json/own-member.ts";
import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "../../names.ts";
import { parseRequestUrl } from "../../network/go-url.ts";
import { fitsFormat } from "../../structural/formats.ts";
import type { Declaration } from "../declaration.ts";
import { patternCost } from "../run/run-cost.ts";
import { Opaque, Optional } from "../values/values.ts";

type Check = (text: string) => readonly string[];

class FormatValue extends Opaque {
  readonly typeName = "kubernetes.NamedFormat";
  constructor(
    readonly name: string,
    readonly check: Check,
  ) {
    super();
  }
  /** The length of its pattern in Kubernetes, about. */
  get patternSize(): number {
    return PATTERN_SIZES[this.name] ?? 30;
  }
  equals(other: Opaque): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

/** Kubernetes judges a prefix with `a` for its last two letters, if it ends with a dash. */
const prefix =
  (check: Check): Check =>
  (text) =>
    check(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -2)}a` : text);
const strfmt =
  (format: string, what: string): Check =>
  (text) =>
    fitsFormat(format, text) ? [] : [what];

const FORMATS: Readonly<Record<string, Check>> = {
  dns1123Label: dnsLabel,
  dns1123LabelPrefix: prefix(dnsLabel),
  dns1123Subdomain: dnsSubdomain,
  dns1123SubdomainPrefix: prefix(dnsSubdomain),
  dns1035Label,
  dns1035LabelPrefix: prefix(dns1035Label),
  qualifiedName,
  labelValue,
  uri: (text) => [parseRequestUrl(text)].filter((problem) => typeof problem === "string"),
  uuid: strfmt("uuid", "does not match the UUID format"),
  byte: strfmt("byte", "invalid base64"),
  date: strfmt("date", "invalid date"),
  datetime: strfmt("datetime", "invalid datetime"),
};

const PATTERN_SIZES: Readonly<Record<string, number>> = {
  dns1123Subdomain: 60,
  dns1123SubdomainPrefix: 60,
  qualifiedName: 60,
  labelValue: 40,
  uri: 1103,
  uuid: 70,
  byte: 84,
  date: 71,
  datetime: 71,
};

const named = (name: string): Optional => {
  const check = ownMember(FORMATS, name);
  return check ? Optional.of(new FormatValue(name, check)) : Optional.NONE;
};

export const formats: readonly Declaration[] = [
  ...Object.entries(FORMATS).map(
    ([name, check]): Declaration => [`format.${name}() -> kubernetes.NamedFormat`, () => new FormatValue(name, check)],
  ),
  ["format.named(string) -> optional<kubernetes.NamedFormat>", named],
  [
    "kubernetes.NamedFormat.validate(string) -> optional<list<string>>",
    ({ check }: FormatValue, text: string) => {
      const problems = check(text);
      return problems.length > 0 ? Optional.of([...problems]) : Optional.NONE;
    },
    ({ patternSize }: FormatValue, text: string) => patternCost(text.length, patternSize),
  ],
];
