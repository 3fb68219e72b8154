/**
 * The names of all resources that the node has had devices of, stored on disk: if the plugin of one does not come back, even after a
 * restart, there are none. It must not look like a resource that is just a number.
 */
import { readHeld } from "../files/read-held.ts";
import { writeWhole } from "../files/write-whole.ts";

export class DeviceResources {
  readonly #file: string;
  readonly #names: Set<string>;

  constructor(file: string) {
    this.#file = file;
    this.#names = new Set(readHeld<string>(file));
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  add(resources: Iterable<string>): void {
    const before = this.#names.size;
    for (const resource of resources) this.#names.add(resource);
    if (this.#names.size > before) writeWhole(this.#file, JSON.stringify([...this.#names]));
  }
}
