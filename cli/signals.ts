/** Under `npm start` a Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const sameMs = 1000;

/** Resolves with the first signal that asks to end; somebody who asks again later wants it at once. */
export function untilInterrupted(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (askedAt !== undefined && performance.now() - askedAt > sameMs) process.exit(130);
      askedAt ??= performance.now();
      resolve(signal);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  });
}
