/** Rewrites links in a proxied answer that would lead out of the proxy (apimachinery pkg/util/proxy, transport.go). */

export interface ProxyLocation {
  /** The URL's path up to the proxied server's root. */
  readonly prefix: string;
  /** The host and port by which the server was called. */
  readonly host: string;
}

/** HTML attributes that contain URLs. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ["href"],
  applet: ["codebase"],
  area: ["href"],
  audio: ["src"],
  base: ["href"],
  blockquote: ["cite"],
  body: ["background"],
  button: ["formaction"],
  command: ["icon"],
  del: ["cite"],
  embed: ["src"],
  form: ["action"],
  frame: ["longdesc", "src"],
  head: ["profile"],
  html: ["manifest"],
  iframe: ["longdesc", "src"],
  img: ["longdesc", "src", "usemap"],
  input: ["src", "usemap", "formaction"],
  ins: ["cite"],
  link: ["href"],
  object: ["classid", "codebase", "data", "usemap"],
  q: ["cite"],
  script: ["src"],
  source: ["src"],
  video: ["poster", "src"],
};

export function withLinksBelow(response: Response, place: ProxyLocation): Response {
  const headers = new Headers(response.headers);
  const location = headers.get("Location");
  if (location !== null) headers.set("Location", linkBelowProxy(location, place));
  const encoding = headers.get("Content-Encoding") ?? "";
  const isHtml = headers.get("Content-Type")?.startsWith("text/html") && encoding === "";
  if (isHtml) headers.delete("Content-Length");
  const rewritten = new Response(response.body, { status: response.status, headers, encodeBody: "manual" });
  if (!isHtml) return rewritten;
  return Object.entries(ATTRIBUTES)
    .reduce(
      (rewriter, [tag, attributes]) =>
        rewriter.on(tag, {
          element(element) {
            for (const name of attributes) {
              const value = element.getAttribute(name);
              if (value !== null) element.setAttribute(name, linkBelowProxy(value, place));
            }
          },
        }),
      new HTMLRewriter(),
    )
    .transform(rewritten);
}

/** Relative links, and links to other hosts, stay as they are. */
function linkBelowProxy(link: string, { prefix, host }: ProxyLocation): string {
  const ofHost = /^(?:https?:)?\/\/([^/?#]*)(.*)$/.exec(link);
  if (ofHost && ofHost[1] !== host) return link;
  const path = ofHost ? ofHost[2] || "/" : link;
  if (!path?.startsWith("/")) return link;
  return path === prefix || path.startsWith(`${prefix}/`) ? path : `${prefix}${path}`;
}
