/** What the clients of a walk were told: writes that were accepted, and requests that were refused. */
import type { Acknowledged } from "../../test/history/acknowledged.ts";
import type { Refusal } from "../../test/history/refusals.ts";

export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  readonly refusals: Refusal[] = [];
  /** The newest revision that anybody has been told: what is asked from now on is answered from there. */
  revision = 0;

  accept(written: Acknowledged): void {
    this.acknowledged.push(written);
    this.revision = Math.max(this.revision, Number(written.object.metadata.resourceVersion));
  }
}
