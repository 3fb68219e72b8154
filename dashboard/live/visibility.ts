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
