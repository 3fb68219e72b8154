import { exactJson } from "./exact-json.ts";

/**
 * JSON as printed by Go's encoder, with HTML characters escaped. Clients compare some of it bytewise, such as the data
 * of a ControllerRevision (`kubectl rollout undo`).
 */
export const goJson = (value: unknown): string => withGoEscapes(exactJson(value));

export const withGoEscapes = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
