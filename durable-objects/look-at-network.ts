/**
 * Lets the loop of the thread look at the network. workerd looks when nothing within the process is left to do and no timer is
 * due: two loops that wait for one timer each find theirs due after the other's work, and take turns for seconds without a look. Of
 * several timers in a row one is set when nobody has work.
 */
const TIMERS = 4;

export async function lookAtNetwork(): Promise<void> {
  for (let timer = 0; timer < TIMERS; timer++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}
