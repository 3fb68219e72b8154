/** YAML text → the JSON text that Kubernetes (sigs.k8s.io/yaml over go-yaml 2) makes of it: YAML 1.1, where `y` is true. */
import { type ErrorCode, LineCounter, parseDocument, type Tags, type YAMLError } from "yaml";
import { MAX_DEPTH } from "./json-syntax.ts";

export type ConvertedYaml =
  /** `duplicates` are the texts of strict decoding errors: one for all repeated keys. */
  | { readonly ok: true; readonly json: string; readonly duplicates: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** Aliases may repeat what they name this often: more is an attack by multiplication. */
const MAX_ALIASES = 100;

export function yamlToJson(text: string): ConvertedYaml {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      version: "1.1",
      customTags: withoutTimes,
      merge: true,
      stringKeys: false,
      uniqueKeys: true,
      strict: false,
      prettyErrors: false,
      lineCounter: lines,
      logLevel: "silent",
    });
    const duplicates = document.errors.filter(({ code }) => code === "DUPLICATE_KEY");
    const [broken] = document.errors.filter(({ code }) => code !== "DUPLICATE_KEY" && code !== "MULTIPLE_DOCS");
    if (broken) return { ok: false, message: `yaml: ${problemOf(broken, text, lines)}` };
    const json = JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null, jsonValue);
    return { ok: true, json, duplicates: duplicates.length > 0 ? [duplicateText(text, duplicates, lines)] : [] };
  } catch (problem) {
    if (problem instanceof RangeError) return { ok: false, message: `yaml: exceeded max depth of ${MAX_DEPTH}` };
    if (problem instanceof ReferenceError) return { ok: false, message: "yaml: document contains excessive aliasing" };
    throw problem;
  }
}

/** What YAML 1.1 takes for a time or for minutes and seconds (`2026-01-02`, `12:30`) go-yaml leaves as the text that it is. */
const withoutTimes = (tags: Tags): Tags =>
  tags.filter((tag) => {
    if (typeof tag !== "object") return tag !== "timestamp" && tag !== "intTime" && tag !== "floatTime";
    return tag.tag !== "tag:yaml.org,2002:timestamp" && !("format" in tag && tag.format === "TIME");
  });

/** What YAML knows and JSON does not. */
function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Uint8Array) return String.fromCharCode(...value);
  if (value instanceof Set) return Object.fromEntries([...value].map((key) => [key, null]));
  // Kubernetes' conversion goes through a Go map, and so orders its keys; the order of strict errors shows it.
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return value;
}

function duplicateText(text: string, duplicates: readonly YAMLError[], lines: LineCounter): string {
  const told = duplicates.map(({ pos: [from] }) => {
    const key = /^["']?([^"':\s]+)/.exec(text.slice(from))?.[1] ?? "";
    return `\n  line ${lines.linePos(from).line}: key ${JSON.stringify(key)} already set in map`;
  });
  return `yaml: unmarshal errors:${told.join("")}`;
}

/** libyaml's words for the commonest mistakes, in the place that it names. */
function problemOf({ code, pos: [from], message }: YAMLError, text: string, lines: LineCounter): string {
  // Of a mapping where none may be, libyaml names the place of the colon.
  const colon = code === "BLOCK_AS_IMPLICIT_KEY" ? text.slice(from).search(/:(?=\s|$)/) : 0;
  const { line } = lines.linePos(from + Math.max(colon, 0));
  // A map or sequence in brackets that the text ends in.
  const bracket = /^Flow (?:map|sequence) .*end with a ([}\]])/.exec(message)?.[1];
  if (bracket !== undefined && text.slice(from).trim() === "") {
    const wanted = /[[{,]\s*$/.test(text) ? "node content" : `',' or '${bracket}'`;
    return `line ${line}: did not find expected ${wanted}`;
  }
  const known: Partial<Record<ErrorCode, string>> = {
    BLOCK_AS_IMPLICIT_KEY: `line ${line}: mapping values are not allowed in this context`,
    BAD_INDENT: `line ${line}: did not find expected key`,
    BLOCK_IN_FLOW: `line ${line}: did not find expected node content`,
    TAB_AS_INDENT: `line ${line}: found character that cannot start any token`,
    BAD_SCALAR_START: `line ${line}: found character that cannot start any token`,
    MISSING_CHAR: `line ${line}: did not find expected key`,
    UNEXPECTED_TOKEN: "did not find expected key",
    BAD_ALIAS: `unknown anchor '${/\*?([\w-]+)$/.exec(message)?.[1] ?? ""}' referenced`,
  };
  return known[code] ?? `line ${line}: could not find expected ':'`;
}
