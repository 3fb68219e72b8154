/** What the user did or the machine refused: printed as one line, without a stack, exit code 1. */
export class CliError extends Error {
  override readonly name = "CliError";
}
