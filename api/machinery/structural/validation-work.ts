/**
 * How much work the validation of one object may be. A short schema and an object that may be stored can be multiplied by each
 * other: alternatives, patterns, texts of errors.
 */
import type { FieldError } from "../field-error.ts";

/** About 0.1 us each. An object of half a million parts takes a third of them. */
const MOST = 30_000_000;
/** Of a value and a schema that are looked at together. */
const EACH = 20;
/** Characters of errors that cost one. Those of alternatives are not told. */
const WRITTEN = 4;

export class ValidationWork {
  #left = MOST;

  /** Nothing more is looked at, and what was found is not all. */
  get isDone(): boolean {
    return this.#left < 0;
  }

  /** Whether there is room for so many steps. */
  spend(steps: number): boolean {
    this.#left -= steps;
    return this.#left >= 0;
  }

  begin(): boolean {
    return this.spend(EACH);
  }

  write(errors: readonly FieldError[]): void {
    for (const error of errors) this.spend(lengthOf(error) / WRITTEN);
  }
}

/** Characters of errors that are told of one object. */
const MOST_TOLD = 1024 * 1024;

/** Those that there is room for. */
export function toldErrors(errors: readonly FieldError[]): readonly FieldError[] {
  let length = 0;
  const end = errors.findIndex((error) => {
    length += lengthOf(error);
    return length > MOST_TOLD;
  });
  return end < 0 ? errors : errors.slice(0, Math.max(1, end));
}

const lengthOf = ({ path, message }: FieldError): number => path.length + message.length;
