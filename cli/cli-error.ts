/** A mistake of the user or a refusal by the machine: printed as one line, without a stack, exit code 1. */
export class CliError extends Error {
  override readonly name = "CliError";
}
