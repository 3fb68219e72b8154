/** What an expression came to instead of a value, in cel-go's words. */
export class CelError extends Error {}
