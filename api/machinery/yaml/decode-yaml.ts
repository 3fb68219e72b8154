/** Parses YAML text as Kubernetes does (sigs.k8s.io/yaml over go-yaml 2): YAML 1.1, where `y` is true. */

import { type CollectionTag, LineCounter, parseDocument, type ScalarTag, type Tags } from "yaml";
import { exactJson, rereadFloat, wholeNumber } from "../json/exact-json.ts";
import { type JsonObject, setMember } from "../json/json-object.ts";
import { MAX_DEPTH } from "../json/json-syntax.ts";
import { jsonAsYaml } from "./json-as-yaml.ts";
import { repeatsMore } from "./yaml-aliases.ts";
import { isDeeper } from "./yaml-depth.ts";
import { isLonger } from "./yaml-length.ts";
import { duplicateText, escapeProblem, keyProblem, problemOf, repeatedPairs, textProblem } from "./yaml-problem.ts";

/** The text of a YAML document, or why its bytes are none. */
export type YamlText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

export type ReadYaml =
  /** `duplicates` are the texts of strict decoding errors: one for all duplicate keys. */
  | { readonly ok: true; readonly value: unknown; readonly duplicates: readonly string[] }
  | { readonly ok: false; readonly message: string };

export type ConvertedYaml =
  | { readonly ok: true; readonly json: string; readonly duplicates: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** How often aliases may repeat their target: more is an amplification attack. */
const MAX_ALIASES = 100;

/** More than any object that can be stored has: parsing more would block the thread. */
const MAX_NODES = 500_000;
/** Total characters of texts and keys, counting each repetition by an alias; a body has no more. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

const TOO_MANY_ALIASES = "yaml: document contains excessive aliasing";
const TOO_LONG = `yaml: document has more than ${MAX_NODES} parts: send it as JSON`;
const TOO_DEEP = `yaml: exceeded max depth of ${MAX_DEPTH}`;

class Unsupported extends Error {}

export function yamlToJson(text: string): ConvertedYaml {
  const read = readYaml(text);
  return read.ok ? { ok: true, json: exactJson(read.value), duplicates: read.duplicates } : read;
}

/** The value can be represented in JSON; its keys are sorted. */
export function readYaml(text: string): ReadYaml {
  const unreadable = textProblem(text);
  if (unreadable !== undefined) return { ok: false, message: `yaml: ${unreadable}` };
  const json = jsonAsYaml(text);
  if (json) return { ok: true, value: json.value, duplicates: [] };
  if (isLonger(text, MAX_NODES)) return { ok: false, message: TOO_LONG };
  if (isDeeper(text, MAX_DEPTH)) return { ok: false, message: TOO_DEEP };
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      version: "1.1",
      customTags: tagsOf,
      merge: true,
      stringKeys: false,
      // Checked below: the library compares each key with all previous ones.
      uniqueKeys: false,
      strict: false,
      prettyErrors: false,
      lineCounter: lines,
      logLevel: "silent",
      intAsBigInt: true,
    });
    const [broken] = document.errors.filter(({ code }) => code !== "MULTIPLE_DOCS");
    if (broken) return { ok: false, message: `yaml: ${problemOf(broken, text, lines)}` };
    const badEscape = escapeProblem(document, text, lines);
    if (badEscape !== undefined) return { ok: false, message: `yaml: ${badEscape}` };
    const badKey = keyProblem(document, lines);
    if (badKey !== undefined) return { ok: false, message: badKey };
    if (repeatsMore(document, MAX_NODES)) return { ok: false, message: TOO_MANY_ALIASES };
    const value = new JsonValue().of(document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null);
    const repeated = repeatedPairs(document.contents);
    return { ok: true, value, duplicates: repeated.length > 0 ? [duplicateText(repeated, lines)] : [] };
  } catch (problem) {
    if (problem instanceof Unsupported) return { ok: false, message: problem.message };
    if (problem instanceof RangeError) return { ok: false, message: TOO_DEEP };
    if (problem instanceof ReferenceError) {
      const anchor = /^Unresolved alias .*: (.+)$/.exec(problem.message)?.[1];
      const message = anchor === undefined ? TOO_MANY_ALIASES : `yaml: unknown anchor '${anchor}' referenced`;
      return { ok: false, message };
    }
    if (problem instanceof Error && problem.message.startsWith("Merge sources"))
      return { ok: false, message: "yaml: map merge requires map or sequence of maps as the value" };
    throw problem;
  }
}

/** `0o17`, which YAML 1.1 lacks and go-yaml accepts. */
const OCTAL: CollectionTag | ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?0o[0-7]+$/,
  resolve: (text: string) => (text.startsWith("-") ? -1 : 1) * Number.parseInt(text.replace(/^[-+]?0o/, ""), 8),
};

/** A number that no float64 holds is text to go-yaml. */
const HUGE: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  test: /^[-+]?(?:(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE]\+?[0-9]{3,}|[0-9]{309,}(?:\.[0-9]*)?)$/,
  resolve: (text: string) => (Number.isFinite(Number(text)) ? Number(text) : text),
};

/** A dot without digits, which the library reads as a float. */
const DOT: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  test: /^[-+]?\._*$/,
  resolve: (text: string) => text,
};

/**
 * What YAML 1.1 treats as timestamps or sexagesimal numbers (`2026-01-02`, `12:30`) remains text in go-yaml, and lists
 * of pairs remain lists.
 */
const tagsOf = (tags: Tags): Tags => [
  OCTAL,
  HUGE,
  DOT,
  ...tags.filter((tag) => {
    if (typeof tag !== "object") return !["timestamp", "intTime", "floatTime", "omap", "pairs"].includes(tag);
    return !/:(timestamp|omap|pairs)$/.test(tag.tag) && !("format" in tag && tag.format === "TIME");
  }),
];

/** Converts what YAML has and JSON lacks. */
class JsonValue {
  #characters = 0;

  of(value: unknown): unknown {
    if (typeof value === "string") return this.#counted(value);
    if (typeof value === "bigint") return wholeNumber(value);
    if (typeof value === "number" && !Number.isFinite(value))
      throw new Unsupported(`json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`);
    if (typeof value === "number") return rereadFloat(value);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Uint8Array) return this.#counted(binaryText(value));
    if (value instanceof Set) return Object.fromEntries([...value].map((key) => [key, null]));
    if (Array.isArray(value)) return value.map((item) => this.of(item));
    // Kubernetes' conversion goes through a Go map, and so sorts the keys; the order of strict errors shows it.
    const json: JsonObject = {};
    for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      setMember(json, this.#counted(key), this.of(member));
    return json;
  }

  #counted(text: string): string {
    this.#characters += text.length;
    if (this.#characters > MAX_CHARACTERS) throw new Unsupported(TOO_MANY_ALIASES);
    return text;
  }
}

const binaryText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
