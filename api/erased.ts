/**
 * The error with which a Durable Object that erases itself ends its calls; to the caller that erased it, this is
 * success.
 */
export const ERASED = "the cluster was deleted";
