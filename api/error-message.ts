/** What a `catch` caught, in words: usually an Error, but anything can be thrown. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
