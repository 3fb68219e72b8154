interface FailedPrecondition {
  readonly field: "UID" | "ResourceVersion";
  readonly expected: string;
  readonly actual: string | undefined;
}

/** In the words of Kubernetes' storage. */
export const preconditionProblem = ({ field, expected, actual }: FailedPrecondition): string =>
  `Precondition failed: ${field} in precondition: ${expected}, ${field} in object meta: ${actual}`;
