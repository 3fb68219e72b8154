/** A JSON object of unknown content. */
export type JsonObject = { [name: string]: unknown };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A typed object by its members' names; TypeScript has no index signatures for interfaces. */
export const membersOf = (object: object): JsonObject => object as JsonObject;

/** Empty in the sense of Go's omitempty. */
export function isEmpty(value: unknown): boolean {
  if (typeof value !== "object") return value === "" || value === 0 || value === false || value === undefined;
  if (value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** Plain assignment to `__proto__` would change the object's prototype instead of its contents. */
export function setMember(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") map[key] = value;
  else Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}
