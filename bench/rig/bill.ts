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
