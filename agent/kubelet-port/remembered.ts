/** Answers that are valid for a while. */
import { steadyNow } from "../steady-now.ts";

/** The oldest ones are forgotten. */
const MOST = 1024;

export class Remembered<Value> {
  readonly #values = new Map<string, { readonly value: Value; readonly until: number }>();

  get(key: string): Value | undefined {
    const found = this.#values.get(key);
    return found && found.until > steadyNow() ? found.value : undefined;
  }

  set(key: string, value: Value, forMs: number): void {
    this.#values.delete(key);
    this.#values.set(key, { value, until: steadyNow() + forMs });
    const [oldest] = this.#values.keys();
    if (this.#values.size > MOST && oldest !== undefined) this.#values.delete(oldest);
  }
}
