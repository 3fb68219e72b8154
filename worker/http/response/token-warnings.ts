/** What a client should know about its credential. */
import type { LegacyToken } from "../../auth/credentials/verified.ts";

const EXTRA_SPACE = "the provided Authorization header contains extra space before the bearer token, and is ignored";
const GENERATED =
  "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.";

const generated = new WeakSet<Request>();

export function noteLegacyToken(request: Request, { isGenerated }: LegacyToken): void {
  if (isGenerated) generated.add(request);
}

export function tokenWarnings(request: Request): readonly string[] {
  // Seems to send a token, but counts as anonymous.
  if (/^bearer {2}/i.test(request.headers.get("Authorization")?.trim() ?? "")) return [EXTRA_SPACE];
  return generated.has(request) ? [GENERATED] : [];
}
