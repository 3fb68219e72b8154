/**
 * Answers of pods and other API servers share an origin with the dashboard, for every cluster. A browser's navigation
 * carries no token, so what it can display as a page is what anybody may load: such a page is sandboxed away from the
 * origin's storage, and cannot act as it (docs/spec/wire.md, WIRE-SANDBOX). Answers through `kubectl proxy` are
 * requested with a token, and have an origin of their own.
 */
import { anonymous, type User } from "../../auth/user.ts";

const SANDBOX = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

/**
 * Headers that affect the whole origin: they would clear what the dashboard stores, report the paths that are requested
 * of this server to somebody else, or say how it is to be reached.
 */
const OF_ORIGIN = [
  "Alt-Svc",
  "Clear-Site-Data",
  "NEL",
  "Report-To",
  "Reporting-Endpoints",
  "Service-Worker-Allowed",
  "Strict-Transport-Security",
];

export function sandboxedResponse(response: Response, { name }: Pick<User, "name">): Response {
  if (name !== anonymous.name || response.status === 101) return response;
  const headers = new Headers(response.headers);
  // If the page has a policy of its own, both apply.
  headers.append("Content-Security-Policy", SANDBOX);
  for (const name of OF_ORIGIN) headers.delete(name);
  return new Response(response.body, { status: response.status, headers, encodeBody: "manual" });
}
