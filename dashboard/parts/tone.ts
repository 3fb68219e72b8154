/** The connotation of a state. */
export type Tone = "good" | "warn" | "bad" | "done" | "";

const BAD =
  /crashloop|backoff|error|fail|evicted|notready|^lost$|invalid|oomkilled|nodelost|unschedulable|deadline|^unknown$/i;
const WARN = /pending|terminating|creating|initializing|schedulingdisabled|^init:|suspended|progressing|^warning$/i;
const GOOD = /^(running|ready|active|bound|available|approved|established|healthy)/i;
const DONE = /^(completed?|succeeded)$/i;

export function toneOfState(state: string): Tone {
  if (BAD.test(state)) return "bad";
  if (WARN.test(state)) return "warn";
  if (DONE.test(state)) return "done";
  return GOOD.test(state) ? "good" : "";
}

/** For `ready/desired`: fewer than desired is a warning. */
export function toneOfFraction(text: string): Tone {
  const parts = /^(\d+)\/(\d+)$/.exec(text);
  return parts && Number(parts[1]) < Number(parts[2]) ? "warn" : "";
}

/** Conditions that are good news when they are False. */
const UNWANTED =
  /pressure|unavailable|failure|failed|stalled|degraded|limited|suspended|disruptiontarget|nonstructural|remaining|terminating|pending|restart|denied|deadlock|readonly|corrupt/i;

/** What is Unknown is not good. */
export const toneOfCondition = (type: string, status: string): Tone =>
  status === (UNWANTED.test(type) ? "False" : "True") ? "good" : "warn";
