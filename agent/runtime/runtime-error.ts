interface RuntimeErrorOptions extends ErrorOptions {
  readonly notFound?: boolean;
  readonly words?: string;
}

/** A failure that the runtime explains; `message` is what events and statuses show. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  /** True where the thing asked for is not there (gRPC NOT_FOUND). */
  readonly notFound: boolean;
  /** The runtime's own, without what the call adds: of containers that cannot be made or started, only these are shown. */
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
