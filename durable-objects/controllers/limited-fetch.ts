/**
 * The controllers' way to the API: so many requests at a time, the others in line. A storm of work (a thousand nodes that
 * come, or are lost) must not push the cluster's clients aside; more at a time would not make it end sooner.
 */
type Fetch = (request: Request) => Promise<Response>;

export function limitedFetch(fetch: Fetch, limit: number): Fetch {
  const line: (() => void)[] = [];
  let underWay = 0;
  return async (request) => {
    // Whoever leaves hands its place on, so that nobody comes in between.
    if (underWay >= limit) await new Promise<void>((resolve) => line.push(resolve));
    else underWay++;
    try {
      return await fetch(request);
    } finally {
      const next = line.shift();
      if (next) next();
      else underWay--;
    }
  };
}
