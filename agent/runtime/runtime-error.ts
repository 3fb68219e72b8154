interface RuntimeErrorOptions extends ErrorOptions {
  readonly notFound?: boolean;
  readonly words?: string;
}

/** A failure that the runtime explains; `message` is what events and statuses show. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  /** True if the requested thing does not exist (gRPC NOT_FOUND). */
  readonly notFound: boolean;
  /**
   * The runtime's own words, without what the call adds: for containers that cannot be created or started, only these
   * are shown.
   */
  readonly words: string;
  constructor(message: string, { notFound = false, words = message, ...options }: RuntimeErrorOptions = {}) {
    super(message, options);
    this.notFound = notFound;
    this.words = words;
  }
}

export class ExecTimeout extends Error {
  override readonly name = "ExecTimeout";
}
