import { failure, type Status } from "../api/machinery/status.ts";

/**
 * An error whose answer is a Status. Thrown at any depth of the Worker and rendered in one place (worker/http/app.ts).
 */
export class ApiError extends Error {
  constructor(
    readonly status: Status,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(status.message ?? "");
  }
}

/** An object exceeds etcd's request size limit; nothing was written. */
export class ObjectTooLarge extends ApiError {
  constructor() {
    super(failure(500, "", "etcdserver: request is too large"));
  }
}

/** An error that Kubernetes answers as plain text, before its API machinery is involved. */
export class PlainTextError extends Error {
  constructor(
    readonly code: 400 | 404 | 406 | 415 | 503,
    message: string,
  ) {
    super(message);
  }
}

/** The store refused a call that was decided with stale policy: catch up and decide again. */
export class StalePolicy extends Error {
  /** `changing`: the refused call itself changes policy. */
  constructor(readonly changing = false) {
    super();
  }
}
