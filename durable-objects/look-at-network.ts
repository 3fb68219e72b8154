/**
 * Lets the loop of the thread look at the network, for who has nothing under way. workerd looks when nothing within the process is
 * left to do and no timer is due: two loops that wait for one timer each find theirs due after the other's work, and take turns for
 * seconds without a look. The second timer of one is set while the other waits, too.
 */
const TIMERS = 2;

export async function lookAtNetwork(): Promise<void> {
  for (let timer = 0; timer < TIMERS; timer++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}
