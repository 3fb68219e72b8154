/**
 * Lets the event loop poll the network, even if nothing else is pending. workerd polls when no work inside the process
 * is left and no timer is due. Two loops that each wait for a single timer find it due right after the other's work,
 * and alternate for seconds without a poll; so each sets its second timer while the other is still waiting.
 */
const TIMERS = 2;

export async function yieldToNetwork(): Promise<void> {
  for (let timer = 0; timer < TIMERS; timer++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}
