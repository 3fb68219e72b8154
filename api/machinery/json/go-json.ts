import { exactJson } from "./exact-json.ts";

/**
 * JSON as Go's encoder prints it: what HTML would read is escaped. Clients compare some of it byte by byte, such as the data of a
 * ControllerRevision (`kubectl rollout undo`).
 */
export const goJson = (value: unknown): string => withGoEscapes(exactJson(value));

export const withGoEscapes = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
