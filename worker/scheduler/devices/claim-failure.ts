/**
 * Something is wrong with a claim or with what it asks of, which no other node can help: the pod is not placed until it
 * is mended.
 */
export class ClaimFailure extends Error {}
