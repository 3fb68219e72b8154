/**
 * Calls that the platform's own fetch cannot make, since its set of trusted CAs is fixed when the process starts, and
 * it does not report why a call failed. They are made by a Node.js process beside this one, if there is one
 * (cli/control-plane/pinned-calls.ts).
 */

export interface PinnedCall {
  readonly method: "POST" | "GET";
  readonly url: string;
  /** What the server's certificate must be for; absent: the URL's host. */
  readonly serverName?: string;
  /** PEM; absent: the public CAs. */
  readonly authorities: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
  /**
   * Where a URL that a named cluster's owner chose may lead: `internet`, or this machine's `networks` as well, but
   * never the machine itself. Absent: anywhere.
   */
  readonly reach?: "networks" | "internet";
}

/**
 * On this line cli/control-plane/keeper.sh starts that process, which a control plane does without until its first
 * call.
 */
const NOBODY = "sailplane: nothing makes pinned calls";
const REMIND_MS = 500;
const RETRY_MS = 50;
let remindedAt = 0;

/** Returns a text saying why, if the call failed. While nothing listens, retries until the signal aborts. */
export async function callPinned(caller: Fetcher, call: PinnedCall, signal: AbortSignal): Promise<Response | string> {
  const init = { method: "POST", body: JSON.stringify(call), redirect: "manual", signal } as const;
  for (;;) {
    try {
      const response = await caller.fetch("http://pinned/", init);
      return response.headers.get("X-Sailplane-Failure") === null ? response : await response.text();
    } catch (problem) {
      if (signal.aborted) throw problem;
    }
    if (Date.now() - remindedAt > REMIND_MS) {
      remindedAt = Date.now();
      console.log(NOBODY);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
