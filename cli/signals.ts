/** Under `npm start`, Ctrl-C arrives twice: from the terminal, and forwarded by npm. */
const sameMs = 1000;

/** Resolves with the first signal; a second one, sent later, means to end at once. */
export function untilInterrupted(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstSignalAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (firstSignalAt !== undefined && performance.now() - firstSignalAt > sameMs) process.exit(130);
      firstSignalAt ??= performance.now();
      resolve(signal);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  });
}
