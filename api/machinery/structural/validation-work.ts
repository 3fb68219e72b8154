/**
 * Bounds the work of validating one object. A schema and an object, both small enough to be stored, can multiply each
 * other: alternatives, patterns, texts of errors.
 */
import type { FieldError } from "../field-error.ts";

/** In steps of about 0.1 us. An object with half a million parts takes a third of them. */
const MAX_STEPS = 30_000_000;
/** For each pair of a value and a schema. */
const EACH = 20;
/** Characters of error messages per step. */
const WRITTEN = 4;

export class ValidationWork {
  #left = MAX_STEPS;

  /** Validation has stopped, and there may be more errors than were found. */
  get isDone(): boolean {
    return this.#left < 0;
  }

  /** Returns whether that many steps were left. */
  spend(steps: number): boolean {
    this.#left -= steps;
    return this.#left >= 0;
  }

  /** Something would take longer than everything may. */
  stop(): void {
    this.#left = -1;
  }

  begin(): boolean {
    return this.spend(EACH);
  }

  write(errors: readonly FieldError[]): void {
    for (const error of errors) this.spend(lengthOf(error) / WRITTEN);
  }
}

/** Characters of the errors reported for one object. */
const MAX_CHARACTERS = 1024 * 1024;

/** The first errors, as far as they fit. */
export function limitedErrors(errors: readonly FieldError[]): readonly FieldError[] {
  let length = 0;
  const end = errors.findIndex((error) => {
    length += lengthOf(error);
    return length > MAX_CHARACTERS;
  });
  return end < 0 ? errors : errors.slice(0, Math.max(1, end));
}

const lengthOf = ({ path, message }: FieldError): number => path.length + message.length;
