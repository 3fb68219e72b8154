/** An error that an expression evaluates to, in cel-go's words. */
export class CelError extends Error {}
