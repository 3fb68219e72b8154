/** The errors for clients when the store refuses what was asked of it, or cannot do it. */
import { expired, failure, tooManyRequests } from "../../api/machinery/status.ts";
import type { Revision } from "../../api/store/store.ts";
import { ApiError } from "../api-error.ts";

/** The requested revision has been compacted. Worded for a list; a watch reports it in an event. */
export class Compacted extends ApiError {
  constructor(readonly oldest: Revision) {
    super(expired("The resourceVersion for the provided list is too old."));
  }
}

/** The requested revision is in the future. */
export class RevisionTooLarge extends ApiError {
  constructor(requested: Revision, current: Revision) {
    const cause = "Too large resource version";
    const details = { causes: [{ reason: "ResourceVersionTooLarge", message: cause }], retryAfterSeconds: 1 };
    const message = `Timeout: ${cause}: ${requested}, current: ${current}`;
    super({ ...failure(504, "Timeout", message), details }, { "Retry-After": "1" });
  }
}

/** Like any other request too many. Watches last long, so there is no hurry to retry. */
export const tooManyWatches = (): ApiError => tooMany(10);
/** Lists last only as long as it takes to read them. */
export const tooManyLists = (): ApiError => tooMany(1);

const tooMany = (retrySeconds: number) =>
  new ApiError(tooManyRequests("Too many requests, please try again later.", retrySeconds));

/** A full disk usually surfaces at the sync, after which the platform breaks the object (rule STORE-FULL). */
export function atFullDisk(error: unknown): never {
  if (!(error instanceof Error && /SQLITE_FULL|is full|storage limit/i.test(error.message))) throw error;
  throw new ApiError(failure(507, "InsufficientStorage", `nothing was written: ${error.message}`));
}
