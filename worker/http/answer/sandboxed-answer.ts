/**
 * What pods and other API servers answer stands on the same origin as the dashboard, that of every cluster. A browser
 * brings no token along, so that what it shows as a page is what anybody may load: such a page is shut off from what
 * the origin keeps, and cannot serve it (docs/spec/wire.md, WIRE-SANDBOX). What comes through `kubectl proxy` has a
 * token, and an origin of its own.
 */
import { anonymous, type User } from "../../auth/user.ts";

const SANDBOX = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

export function sandboxedAnswer(answer: Response, { name }: Pick<User, "name">): Response {
  if (name !== anonymous.name || answer.status === 101) return answer;
  const headers = new Headers(answer.headers);
  // Beside a policy of the page's own, both hold.
  headers.append("Content-Security-Policy", SANDBOX);
  headers.delete("Service-Worker-Allowed");
  return new Response(answer.body, { status: answer.status, headers, encodeBody: "manual" });
}
