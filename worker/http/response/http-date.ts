let second = 0;
let text = "";

/** `now` (ms since the epoch) as RFC 9110 writes times (section 5.6.7). Made once a second. */
export function httpDate(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    text = new Date(now).toUTCString();
  }
  return text;
}
