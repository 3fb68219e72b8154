/** url(), isURL() and their parts (apiserver pkg/cel/library/urls.go). */
import type { Declaration } from "../declaration.ts";
import { CelError, Opaque, PlainMap } from "../values.ts";

class UrlValue extends Opaque {
  readonly typeName = "kubernetes.URL";
  constructor(
    readonly text: string,
    readonly parts: { readonly scheme: string; readonly host: string; readonly path: string; readonly query: string },
  ) {
    super();
  }
  equals(other: Opaque): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

/** Go's url.ParseRequestURI: absolute, or a path from the root. */
function parseUrl(text: string): UrlValue | string {
  const bad = (why: string) => `URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${why}`;
  if (/\p{Cc}/u.test(text)) return bad("net/url: invalid control character in URL");
  if (text === "") return bad("empty url");
  const [, scheme, rest = text] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  if (scheme === undefined && !text.startsWith("/"))
    return bad(text.startsWith(":") ? "missing protocol scheme" : "invalid URI for request");
  const [withoutQuery = "", ...query] = rest.split("?");
  if (scheme !== undefined && !withoutQuery.startsWith("/")) return bad("invalid URI for request");
  const [, authority, path = withoutQuery] = /^\/\/([^/]*)(.*)$/s.exec(withoutQuery) ?? [];
  const host = (authority ?? "").replace(/^.*@/, "");
  if (/[\s<>"{}|\\^`]/.test(host))
    return bad(`invalid character ${JSON.stringify(/[\s<>"{}|\\^`]/.exec(host)?.[0])} in host name`);
  const port = /:([^\]:]*)$/.exec(host)?.[1];
  if (port !== undefined && !/^\d*$/.test(port)) return bad(`invalid port ":${port}" after host`);
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return bad(`invalid URL escape ${JSON.stringify(/%.{0,2}/.exec(path)?.[0])}`);
  return new UrlValue(text, { scheme: (scheme ?? "").toLowerCase(), host, path, query: query.join("?") });
}

function url(text: string): UrlValue {
  const parsed = parseUrl(text);
  if (typeof parsed === "string") throw new CelError(parsed);
  return parsed;
}

function queryOf({ parts }: UrlValue): PlainMap {
  const values = new Map<string, string[]>();
  for (const [key, value] of new Map(pairsOf(parts.query))) values.set(key, value);
  return new PlainMap(values);
}

function pairsOf(query: string): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const pair of query.split("&").filter((each) => each !== "")) {
    const [key = "", ...rest] = pair.split("=");
    const decode = (text: string) => {
      try {
        return decodeURIComponent(text.replaceAll("+", " "));
      } catch {
        return text;
      }
    };
    found.set(decode(key), [...(found.get(decode(key)) ?? []), decode(rest.join("="))]);
  }
  return [...found];
}

const decoded = (path: string) => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

export const urls: readonly Declaration[] = [
  ["url(string) -> kubernetes.URL", url, "traversal"],
  ["isURL(string) -> bool", (text: string) => typeof parseUrl(text) !== "string", "traversal"],
  ["kubernetes.URL.getScheme() -> string", ({ parts }: UrlValue) => parts.scheme],
  ["kubernetes.URL.getHost() -> string", ({ parts }: UrlValue) => parts.host],
  [
    "kubernetes.URL.getHostname() -> string",
    ({ parts }: UrlValue) => parts.host.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1"),
  ],
  ["kubernetes.URL.getPort() -> string", ({ parts }: UrlValue) => /:(\d*)$/.exec(parts.host)?.[1] ?? ""],
  ["kubernetes.URL.getEscapedPath() -> string", ({ parts }: UrlValue) => encodeURI(decoded(parts.path))],
  ["kubernetes.URL.getQuery() -> map<string, list<string>>", queryOf],
];
