/** What Cloudflare bills per month on the paid plan (developers.cloudflare.com/workers/platform/pricing). */

/** Billable operations, counted. */
export interface Operations {
  readonly workerRequests: number;
  readonly objectRequests: number;
  readonly rowsWritten: number;
}

const PLAN = 5;
const MILLION = 1e6;
/** Included each month, and dollars per further million. */
const prices = {
  workerRequests: { included: 10 * MILLION, dollars: 0.3 },
  objectRequests: { included: MILLION, dollars: 0.15 },
  rowsWritten: { included: 50 * MILLION, dollars: 1 },
  gigabyteSeconds: { included: 400_000, dollars: 12.5 },
} as const;

const DAYS = 30;
const SECONDS = 86_400;
/** An object is billed for the maximum memory that it may use. */
const GIGABYTES = 0.125;
/** An object sleeps after this many idle seconds. */
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

/** Seconds per day that an object is awake if it is woken this often, at unrelated times. */
export const awakeSeconds = (wakes: number): number => SECONDS * (1 - Math.exp((-wakes * AWAKE) / SECONDS));

/** Dollars per month for a day's operations and awake seconds. */
export function monthlyBill(day: Operations, awake: number): number {
  const used = { ...times(DAYS, day), gigabyteSeconds: DAYS * awake * GIGABYTES };
  const names = Object.keys(prices) as (keyof typeof prices)[];
  return names.reduce((bill, name) => {
    const { included, dollars } = prices[name];
    return bill + (Math.max(0, used[name] - included) / MILLION) * dollars;
  }, PLAN);
}

/** A cluster's observed activity in a day. */
export interface Activity {
  readonly nodes: number;
  /** Log entries. */
  readonly writes: number;
  /** API requests, reads and writes. */
  readonly requests: number;
}

/** A write is a row in the log, one in the objects table, and later one deleted. */
const ROWS_OF_A_WRITE = 3;
/** A call to the store, which notifies the controllers, the scheduler and the node hub. */
const CALLS_OF_A_WRITE = 4;
/**
 * The cron trigger wakes the store, controllers and scheduler every minute; nodes poll hourly; the hub checks its
 * links.
 */
const TICKS = 1440;
const CALLS_OF_A_TICK = 4;
const SYNCS = 24;
const CALLS_OF_A_SYNC = 8;
const HUB_ALARMS = 2160;

/** Dollars per month if each day were like that. `npm run bench -- cost` measures what is estimated here. */
export function estimateBill({ nodes, writes, requests }: Activity): number {
  const alarms = nodes > 0 ? HUB_ALARMS : 0;
  const syncs = nodes * SYNCS;
  const day: Operations = {
    workerRequests: TICKS + syncs + requests,
    objectRequests: TICKS * CALLS_OF_A_TICK + CALLS_OF_A_SYNC * syncs + alarms + requests + writes * CALLS_OF_A_WRITE,
    rowsWritten: alarms + writes * ROWS_OF_A_WRITE,
  };
  const events = requests + writes + (nodes > 0 ? SYNCS : 0);
  return monthlyBill(day, 3 * awakeSeconds(TICKS + events) + awakeSeconds(alarms + events));
}
