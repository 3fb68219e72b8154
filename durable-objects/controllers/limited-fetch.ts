/**
 * The controllers' way to the API, in rounds of so many requests: a round has to end, and the loop to look at its sockets, before
 * the next begins. Calls within the process go before the network in workerd's loop, for as long as there are any: without rounds
 * a storm of work (a thousand nodes that come, or are lost) keeps every client of the cluster waiting until it is over.
 */
type Fetch = (request: Request) => Promise<Response>;

interface Rounds {
  readonly requests: number;
  /** Resolves after the loop has looked at the network. */
  readonly pause: () => Promise<void>;
}

export function limitedFetch(fetch: Fetch, { requests, pause }: Rounds): Fetch {
  const line: (() => void)[] = [];
  let underWay = 0;
  let left = requests;
  const begin = () => {
    left--;
    underWay++;
  };
  const end = async () => {
    underWay--;
    if (left > 0 || underWay > 0) return;
    await pause();
    left = requests;
    for (const go of line.splice(0, left)) {
      begin();
      go();
    }
  };
  return async (request) => {
    if (left === 0 || line.length > 0) await new Promise<void>((resolve) => line.push(resolve));
    else begin();
    try {
      return await fetch(request);
    } finally {
      void end();
    }
  };
}
