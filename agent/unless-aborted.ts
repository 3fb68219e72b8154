/** What the work results in; `aborted` if the signal aborts before that: nobody then hears how it ends. */
export const unlessAborted = <T>(signal: AbortSignal, work: Promise<T>): Promise<T | "aborted"> =>
  new Promise((resolve, reject) => {
    const onAbort = () => resolve("aborted");
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
