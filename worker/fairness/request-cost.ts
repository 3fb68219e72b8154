/** How much of a server a request takes, in units of requests for a single object. */

/** A collection may be everything there is, so it costs more. */
const COLLECTION_COST = 10;
/** A body is held in memory, and the longer it is, the longer it takes to process. */
const BODY_BYTES = 16 * 1024;

const COLLECTIONS: ReadonlySet<string> = new Set(["list", "deletecollection"]);

export interface CountedRequest {
  readonly verb: string;
  /** The length of the request's body. */
  readonly bodyBytes: number;
}

export const costOf = ({ verb, bodyBytes }: CountedRequest): number =>
  (COLLECTIONS.has(verb) ? COLLECTION_COST : 1) + Math.floor(bodyBytes / BODY_BYTES);
