import type { RequestContext } from "../../request-context.ts";

/** Only the warnings of the last attempt are returned; that the kind is deprecated is true of all of them. */
export function setAttemptWarnings({ served, warnings }: RequestContext, texts: readonly string[]): void {
  const deprecation = served.deprecation === undefined ? [] : [served.deprecation];
  warnings.splice(0, warnings.length, ...deprecation, ...texts);
}
