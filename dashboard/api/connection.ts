/** The only access to the cluster: the public API at the page's own origin, as the signed-in user. */
import { parseExactJson } from "../../api/machinery/json/exact-json.ts";
import { createApiClient } from "../../client/api-client.ts";
import { mayBeSent } from "../read-only.ts";
import { signOut, token } from "../session.ts";
import { problemOf } from "./problem-of.ts";

/** The prefix `/clusters/NAME` for a named cluster, else "". */
export const prefix = location.pathname.replace(/\/dashboard(\/.*)?$/, "");

async function send(request: Request): Promise<Response> {
  if (!mayBeSent(request)) throw new Error("This page is read-only.");
  const response = await fetch(request);
  // Tokens expire or are revoked while a page is open.
  if (response.status === 401 && request.headers.get("authorization") === `Bearer ${token.peek()}`) {
    signOut("The cluster no longer accepts this token. Sign in again.");
  }
  return response;
}

const asUser = {
  fetch: send,
  base: location.origin + prefix,
  headers: () => ({ authorization: `Bearer ${token.peek() ?? ""}` }),
};

export const api = createApiClient(asUser);

/** For objects that become text: integers beyond 2^53 are bigints, which others do not reckon with. */
export const exactApi = createApiClient({ ...asUser, parse: parseExactJson });

export interface ReadOptions {
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/** For answers that are not objects: streams, Tables, discovery. `path` is relative to the cluster. */
export function read(path: string, options: ReadOptions = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token.peek() ?? ""}`, accept: options.accept ?? "application/json" };
  return send(
    new Request(location.origin + prefix + path, { headers, ...(options.signal ? { signal: options.signal } : {}) }),
  );
}

/** Whether the cluster accepts this token; the reason if not. */
export async function tryToken(candidate: string): Promise<string | undefined> {
  let response: Response;
  try {
    response = await fetch(`${prefix}/version`, { headers: { authorization: `Bearer ${candidate}` } });
  } catch (error) {
    return error instanceof TypeError && /header|ISO-8859/i.test(error.message)
      ? "A token holds only letters, digits, dots and dashes."
      : "The cluster does not answer. Is it running?";
  }
  // A 403 means that the user is known.
  if (response.ok || response.status === 403) return undefined;
  return response.status === 401 ? "The cluster does not accept this token." : problemOf(response);
}
