/** url(), isURL() and their accessors (apiserver pkg/cel/library/urls.go). */
import { type GoUrl, parseRequestUrl, parseUrl, queryValues, splitHost } from "../../network/go-url.ts";
import type { Declaration } from "../declaration.ts";
import { CelError, Opaque, PlainMap } from "../values/values.ts";

class UrlValue extends Opaque {
  readonly typeName = "kubernetes.URL";
  constructor(
    readonly text: string,
    readonly parts: GoUrl,
  ) {
    super();
  }
  equals(other: Opaque): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

/** It must be valid in a request line, and is then parsed as one that may have a fragment. */
function url(text: string): UrlValue {
  const asRequest = parseRequestUrl(text);
  const parsed = typeof asRequest === "string" ? asRequest : parseUrl(text);
  if (typeof parsed === "string") throw new CelError(`URL parse error during conversion from string: ${parsed}`);
  return new UrlValue(text, parsed);
}

export const urls: readonly Declaration[] = [
  ["url(string) -> kubernetes.URL", url, "traversal"],
  ["isURL(string) -> bool", (text: string) => typeof parseRequestUrl(text) !== "string"],
  ["kubernetes.URL.getScheme() -> string", ({ parts }: UrlValue) => parts.scheme],
  ["kubernetes.URL.getHost() -> string", ({ parts }: UrlValue) => parts.host],
  ["kubernetes.URL.getHostname() -> string", ({ parts }: UrlValue) => splitHost(parts.host)[0]],
  ["kubernetes.URL.getPort() -> string", ({ parts }: UrlValue) => splitHost(parts.host)[1]],
  ["kubernetes.URL.getEscapedPath() -> string", ({ parts }: UrlValue) => parts.escapedPath],
  [
    "kubernetes.URL.getQuery() -> map<string, list<string>>",
    ({ parts }: UrlValue) => new PlainMap(queryValues(parts.query)),
  ],
];
