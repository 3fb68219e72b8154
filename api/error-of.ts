/** What a `catch` caught, as an Error: anything can be thrown. */
export const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
