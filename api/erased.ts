/** What a Durable Object that has erased itself breaks its callers off with: to who erased it, success. */
export const ERASED = "the cluster was deleted";
