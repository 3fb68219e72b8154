/** Whether anybody can see the page. */
export const isVisible = (): boolean => document.visibilityState === "visible";

/** Resolves once the page is visible, or `stop` is aborted. */
export function whenVisible(stop: AbortSignal): Promise<void> {
  if (isVisible() || stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      if (!isVisible() && !stop.aborted) return;
      document.removeEventListener("visibilitychange", done);
      stop.removeEventListener("abort", done);
      resolve();
    };
    document.addEventListener("visibilitychange", done);
    stop.addEventListener("abort", done);
  });
}

/** Runs with a signal that is aborted with `stop`, and when the page gets hidden. */
export async function whileVisible<T>(stop: AbortSignal, run: (seen: AbortSignal) => Promise<T>): Promise<T> {
  const seen = new AbortController();
  const release = () => seen.abort();
  const hide = () => isVisible() || release();
  stop.addEventListener("abort", release);
  document.addEventListener("visibilitychange", hide);
  try {
    return await run(seen.signal);
  } finally {
    document.removeEventListener("visibilitychange", hide);
    stop.removeEventListener("abort", release);
  }
}
