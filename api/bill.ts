/** What Cloudflare bills a month for, on the paid plan (developers.cloudflare.com/workers/platform/pricing). */

/** What is billed, counted. */
export interface Operations {
  readonly workerRequests: number;
  readonly objectRequests: number;
  readonly rowsWritten: number;
}

const PLAN = 5;
const MILLION = 1e6;
/** Included each month, and dollars for a million more. */
const prices = {
  workerRequests: { included: 10 * MILLION, dollars: 0.3 },
  objectRequests: { included: MILLION, dollars: 0.15 },
  rowsWritten: { included: 50 * MILLION, dollars: 1 },
  gigabyteSeconds: { included: 400_000, dollars: 12.5 },
} as const;

const DAYS = 30;
const SECONDS = 86_400;
/** An object is billed for as if it had all that it may use. */
const GIGABYTES = 0.125;
/** An object sleeps after so many seconds without anything to do. */
const AWAKE = 10;

export const sum = (parts: readonly Operations[]): Operations => ({
  workerRequests: parts.reduce((total, part) => total + part.workerRequests, 0),
  objectRequests: parts.reduce((total, part) => total + part.objectRequests, 0),
  rowsWritten: parts.reduce((total, part) => total + part.rowsWritten, 0),
});

export const times = (count: number, { workerRequests, objectRequests, rowsWritten }: Operations): Operations => ({
  workerRequests: count * workerRequests,
  objectRequests: count * objectRequests,
  rowsWritten: count * rowsWritten,
});

/** Seconds of a day that an object is awake that is woken so often, at times that have nothing to do with each other. */
export const awakeSeconds = (wakes: number): number => SECONDS * (1 - Math.exp((-wakes * AWAKE) / SECONDS));

/** Dollars a month for a day's operations and the seconds that objects were awake in it. */
export function monthlyBill(day: Operations, awake: number): number {
  const used = { ...times(DAYS, day), gigabyteSeconds: DAYS * awake * GIGABYTES };
  const names = Object.keys(prices) as (keyof typeof prices)[];
  return names.reduce((bill, name) => {
    const { included, dollars } = prices[name];
    return bill + (Math.max(0, used[name] - included) / MILLION) * dollars;
  }, PLAN);
}

/** What a cluster was seen to do in a day. */
export interface Activity {
  readonly nodes: number;
  /** Entries of the log. */
  readonly writes: number;
  /** Of the API, reads and writes. */
  readonly requests: number;
}

/** A write is a row of the log, one of the objects, and later one forgotten. */
const ROWS_OF_A_WRITE = 3;
/** The store is called for it, and tells the controllers, the scheduler and the node hub. */
const CALLS_OF_A_WRITE = 4;
/** Cron wakes store, controllers and scheduler each minute; nodes ask for news each hour; the hub looks at its links. */
const TICKS = 1440;
const CALLS_OF_A_TICK = 3;
const SYNCS = 24;
const HUB_ALARMS = 2160;

/** Dollars a month, if each day were like that. `npm run bench -- cost` measures what is reckoned here. */
export function estimateBill({ nodes, writes, requests }: Activity): number {
  const alarms = nodes > 0 ? HUB_ALARMS : 0;
  const syncs = nodes * SYNCS;
  const day: Operations = {
    workerRequests: TICKS + syncs + requests,
    objectRequests: TICKS * CALLS_OF_A_TICK + 2 * syncs + alarms + requests + writes * CALLS_OF_A_WRITE,
    rowsWritten: alarms + writes * ROWS_OF_A_WRITE,
  };
  const events = requests + writes + (nodes > 0 ? SYNCS : 0);
  return monthlyBill(day, 3 * awakeSeconds(TICKS + events) + awakeSeconds(alarms + events));
}
