/** A JSON object of which nothing more is known. */
export type JsonObject = { [name: string]: unknown };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object of a known type by its members' names, which TypeScript has for no interface. */
export const membersOf = (object: object): JsonObject => object as JsonObject;

/** Plain assignment of `__proto__` would change the object's nature instead of its contents. */
export function setMember(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") map[key] = value;
  else Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}
