/** Why the API server refuses a workload's pods, from its message, in one plain sentence. */
const REFUSALS: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [/exceeded quota: ([^,\s]+)/, "The quota $1 leaves no room for its pods: raise the quota, or ask for less."],
  [
    /failed quota: ([^:\s]+): must specify ([^\n]+)/,
    "The quota $1 wants its pods to state $2: add it to the template.",
  ],
  [
    /violates PodSecurity "([^":]+)/,
    "Its pods may do more than the Pod Security level $1 of the namespace allows: change the template, or the level.",
  ],
  [/serviceaccount "([^"]+)" not found/, "The ServiceAccount $1 does not exist: create it, or name another one."],
  [
    /failed calling webhook "([^"]+)"/,
    "The admission webhook $1 does not answer: mend it, or remove its configuration.",
  ],
  [/admission webhook "([^"]+)" denied/, "The admission webhook $1 refuses its pods: change the template as it asks."],
];

export function refusalAdvice(message: string): string {
  for (const [pattern, sentence] of REFUSALS) {
    const found = pattern.exec(message);
    if (found) return sentence.replace(/\$(\d)/g, (_, index) => found[Number(index)] ?? "");
  }
  return "Its pods are refused: change what the API server objects to.";
}
