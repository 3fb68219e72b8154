/** What clients are told where the store cannot answer. */
import { expired, failure, tooManyRequests } from "../../api/machinery/status.ts";
import type { Revision } from "../../api/store.ts";
import { ApiError } from "../api-error.ts";

/** The revision asked for is no longer kept. In a list's words: a watch tells it in an event. */
export class Compacted extends ApiError {
  constructor(readonly oldest: Revision) {
    super(expired("The resourceVersion for the provided list is too old."));
  }
}

/** The revision asked for has not happened yet. */
export function revisionTooLarge(asked: Revision, current: Revision): ApiError {
  const cause = "Too large resource version";
  const details = { causes: [{ reason: "ResourceVersionTooLarge", message: cause }], retryAfterSeconds: 1 };
  const message = `Timeout: ${cause}: ${asked}, current: ${current}`;
  return new ApiError({ ...failure(504, "Timeout", message), details }, { "Retry-After": "1" });
}

/** As of any other request that is one too many. Watches last: there is no hurry to ask again. */
export const tooManyWatches = (): ApiError => tooMany(10);
/** They last as long as it takes to read them. */
export const tooManyLists = (): ApiError => tooMany(1);

const tooMany = (retrySeconds: number) =>
  new ApiError(tooManyRequests("Too many requests, please try again later.", retrySeconds));

/** A disk that fills up mostly refuses at the sync, and then the platform breaks the object (rule STORE-FULL). */
export function atFullDisk(error: unknown): never {
  if (!(error instanceof Error && /SQLITE_FULL|is full|storage limit/i.test(error.message))) throw error;
  throw new ApiError(failure(507, "InsufficientStorage", `nothing was written: ${error.message}`));
}
