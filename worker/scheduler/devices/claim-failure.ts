/**
 * An error in a claim or in what it refers to, which no other node can solve: the pod is not placed until it is fixed.
 */
export class ClaimFailure extends Error {}
