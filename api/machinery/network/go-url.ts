/** URLs as parsed by Go's net/url, with its errors. */

import { utf8Bytes } from "../encoding/utf8.ts";
import { goQuote } from "../field-error.ts";
import { addressProblem } from "./go-address.ts";

export interface GoUrl {
  readonly scheme: string;
  /** The userinfo as written. */
  readonly user: string | undefined;
  /** Including the port. */
  readonly host: string;
  readonly escapedPath: string;
  readonly query: string;
  readonly fragment: string;
}

/** As in a request line: absolute, or an absolute path, without a fragment. */
export const parseRequestUrl = (text: string): GoUrl | string => read(text, "request");

/** As a reference in a document. */
export function parseUrl(text: string): GoUrl | string {
  const hash = text.indexOf("#");
  const url = read(hash < 0 ? text : text.slice(0, hash), "reference");
  const fragment = hash < 0 ? "" : text.slice(hash + 1);
  if (typeof url === "string" || fragment === "") return url;
  const problem = badEscape(fragment);
  return problem === undefined ? { ...url, fragment } : problemOf(text, problem);
}

class Malformed extends Error {}

const problemOf = (text: string, why: string) => `parse ${goQuote(text)}: ${why}`;

type Place = "request" | "reference";

function read(text: string, place: Place): GoUrl | string {
  try {
    return parts(text, place === "request");
  } catch (problem) {
    if (problem instanceof Malformed) return problemOf(text, problem.message);
    throw problem;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses just these.
const CONTROL = /[\x00-\x1f\x7f]/;

function parts(text: string, isRequest: boolean): GoUrl {
  if (CONTROL.test(text)) throw new Malformed("net/url: invalid control character in URL");
  if (text === "" && isRequest) throw new Malformed("empty url");
  const url: GoUrl = { scheme: "", user: undefined, host: "", escapedPath: "", query: "", fragment: "" };
  if (text === "*") return { ...url, escapedPath: "*" };
  if (text.startsWith(":")) throw new Malformed("missing protocol scheme");
  const [, written = "", behind = text] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  const scheme = written.toLowerCase();
  const mark = behind.indexOf("?");
  const query = mark < 0 ? "" : behind.slice(mark + 1);
  const rest = mark < 0 ? behind : behind.slice(0, mark);
  if (!rest.startsWith("/")) {
    // What follows a scheme without a slash is opaque: mailto:somebody.
    if (scheme !== "") return { ...url, scheme, query };
    if (isRequest) throw new Malformed("invalid URI for request");
    if (rest.split("/", 1)[0]?.includes(":")) throw new Malformed("first path segment in URL cannot contain colon");
  }
  const hasHost = rest.startsWith("//") && (scheme !== "" || (!isRequest && !rest.startsWith("///")));
  if (!hasHost) return { ...url, scheme, query, escapedPath: escapedPath(rest) };
  const slash = rest.indexOf("/", 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  const at = authority.lastIndexOf("@");
  const host = hostOf(scheme, authority.slice(at + 1));
  const user = at < 0 ? undefined : userOf(authority.slice(0, at));
  return { ...url, scheme, user, host, query, escapedPath: escapedPath(slash < 0 ? "" : rest.slice(slash)) };
}

function userOf(text: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new Malformed("net/url: invalid userinfo");
  requireEscapes(text);
  return text;
}

/** The first invalid escape, in Go's words. */
function badEscape(text: string): string | undefined {
  const at = /%(?![0-9a-fA-F]{2})/.exec(text)?.index;
  return at === undefined ? undefined : `invalid URL escape ${goQuote(text.slice(at, at + 3))}`;
}

function requireEscapes(text: string): void {
  const problem = badEscape(text);
  if (problem !== undefined) throw new Malformed(problem);
}

function requirePort(text: string): void {
  if (!/^(:\d*)?$/.test(text)) throw new Malformed(`invalid port ${goQuote(text)} after host`);
}

function hostOf(scheme: string, text: string): string {
  const open = text.lastIndexOf("[");
  if (open > 0) throw new Malformed("invalid IP-literal");
  if (open === 0) return literalOf(text);
  const first = text.indexOf(":");
  // Database URLs list several hosts with ports: only for http and https does the first colon introduce the port.
  if (first >= 0) requirePort(text.slice(/^https?$/.test(scheme) ? first : text.lastIndexOf(":")));
  return decodedHost(text);
}

/** `[fe80::1%25eth0]:80`. */
function literalOf(text: string): string {
  const close = text.lastIndexOf("]");
  if (close < 0) throw new Malformed("missing ']' in host");
  const port = text.slice(close + 1);
  requirePort(port);
  const inside = text.slice(1, close);
  const zone = inside.indexOf("%25");
  const address = zone < 0 ? decodedHost(inside) : decodedHost(inside.slice(0, zone)) + decodedZone(inside.slice(zone));
  const problem = addressProblem(address);
  if (problem !== undefined) throw new Malformed(`invalid host: ${problem}`);
  if (!address.includes(":")) throw new Malformed("invalid IP-literal");
  return `[${address}]${port}`;
}

const IN_HOST = /[A-Za-z0-9!"$&'()*+,\-.:;<=>[\]_~]/;

/** In a host, only non-ASCII characters may be escaped. */
function decodedHost(text: string): string {
  return decoded(text, (part) => !/^%[89a-fA-F]/.test(part) && part !== "%25");
}

const decodedZone = (text: string): string =>
  decoded(text, (part) => {
    const c = String.fromCharCode(Number.parseInt(part.slice(1), 16));
    return part !== "%25" && c !== " " && !IN_HOST.test(c);
  });

function decoded(text: string, isRefused: (part: string) => boolean): string {
  for (const [part] of text.matchAll(/%.{0,2}|./gsu)) {
    if (part.startsWith("%")) {
      requireEscapes(part);
      if (isRefused(part)) throw new Malformed(`invalid URL escape ${goQuote(part)}`);
    } else if (part < "\x80" && !IN_HOST.test(part))
      throw new Malformed(`invalid character ${goQuote(part)} in host name`);
  }
  return unescaped(text);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const PLAIN_PATH = /^[A-Za-z0-9$&+,\-./:;=@_~!'()*[\]%]*$/;
const PLAIN_IN_PATH = /[A-Za-z0-9$&+,\-./:;=@_~]/;

/** As written if that is valid, else with every byte escaped that needs it. */
function escapedPath(path: string): string {
  requireEscapes(path);
  if (PLAIN_PATH.test(path)) return path;
  return path.replace(/%(..)|[\s\S]/gu, (c, hex?: string) => {
    const bytes = hex === undefined ? utf8Bytes(c) : [Number.parseInt(hex, 16)];
    const plain = hex === undefined ? c : String.fromCharCode(bytes[0] ?? 0);
    if (PLAIN_IN_PATH.test(plain)) return plain;
    return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
}

/** The host without the port, and the port. */
export function splitHost(host: string): readonly [name: string, port: string] {
  const [, name = host, port = ""] = /^(.*?)(?::(\d*))?$/s.exec(host) ?? [];
  return [/^\[.*\]$/s.test(name) ? name.slice(1, -1) : name, port];
}

/** Parameters in order of first occurrence; what Go cannot parse is dropped. */
export function queryValues(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of query.split("&")) {
    if (pair === "" || pair.includes(";") || badEscape(pair) !== undefined) continue;
    const equals = pair.indexOf("=");
    const text = (part: string) => unescaped(part.replaceAll("+", " "));
    const name = text(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : text(pair.slice(equals + 1));
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}
