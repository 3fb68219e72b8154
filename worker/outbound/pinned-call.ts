/**
 * Calls that the platform's own fetch cannot make, since it trusts one set of authorities, fixed when the process
 * starts, and does not say why a call failed. Node.js makes them where there is a process of it beside this one
 * (cli/control-plane/pinned-calls.ts).
 */

export interface PinnedCall {
  readonly method: "POST" | "GET";
  readonly url: string;
  /** PEM; absent: those that everybody trusts. */
  readonly authorities: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
  /**
   * Where a URL may lead that a named cluster's own have chosen: `internet`, or this machine's `networks`, too, but not to the
   * machine itself. Absent: anywhere.
   */
  readonly reach?: "networks" | "internet";
}

/** On this line cli/control-plane/keeper.sh starts that process, which a control plane does without until its first call. */
const NOBODY = "sailplane: nothing makes pinned calls";
const askAgainMs = 500;
const retryMs = 50;
let askedAt = 0;

/** A text is why the call failed. Tries until the signal aborts where nothing listens, or no longer does. */
export async function callPinned(caller: Fetcher, call: PinnedCall, signal: AbortSignal): Promise<Response | string> {
  const init = { method: "POST", body: JSON.stringify(call), redirect: "manual", signal } as const;
  for (;;) {
    try {
      const response = await caller.fetch("http://pinned/", init);
      return response.headers.get("X-Sailplane-Failure") === null ? response : await response.text();
    } catch (problem) {
      if (signal.aborted) throw problem;
    }
    if (Date.now() - askedAt > askAgainMs) {
      askedAt = Date.now();
      console.log(NOBODY);
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
