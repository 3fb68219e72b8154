/** Why no node fits a pod, from the scheduler's message, in one plain sentence. */

interface Obstacle {
  readonly pattern: RegExp;
  /** Of a node; $1 is what the pattern captured. */
  readonly what: string;
  readonly todo: string;
}

const OBSTACLES: readonly Obstacle[] = [
  { pattern: /^Insufficient (\S+)$/, what: "too little free $1", todo: "ask for less or add a node" },
  { pattern: /^Too many pods/, what: "full of pods", todo: "add a node" },
  {
    pattern: /untolerated taint.*(?:not-ready|unreachable)/,
    what: "not answering",
    todo: "bring a node back",
  },
  {
    pattern: /untolerated taint(?:s|\(s\))? \{([^:}]+)/,
    what: "the taint $1",
    todo: "tolerate the taint or remove it",
  },
  {
    pattern: /untolerated taint/,
    what: "taints that it does not tolerate",
    todo: "tolerate the taints or remove them",
  },
  {
    pattern: /node affinity\/selector|requested node name/,
    what: "not selected by it",
    todo: "correct its node selector or label a node",
  },
  { pattern: /were unschedulable/, what: "cordoned", todo: "uncordon a node" },
  { pattern: /free ports/, what: "its host port taken", todo: "choose another port or add a node" },
  {
    pattern: /anti-affinity/,
    what: "pods that it must not be with",
    todo: "relax its anti-affinity or add a node",
  },
  { pattern: /pod affinity/, what: "none of the pods that it must be with", todo: "correct its affinity" },
  {
    pattern: /topology spread/,
    what: "used unevenly",
    todo: "relax its topology spread or add a node",
  },
  {
    pattern: /volume node affinity/,
    what: "without its volume",
    todo: "bring back the node that has the volume",
  },
  {
    pattern: /available persistent volumes to bind/,
    what: "no volume for its claim",
    todo: "create a volume or a class that does",
  },
];

/** Messages that are not about nodes. */
const WHOLE: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [
    /unbound immediate PersistentVolumeClaims/,
    "It waits for a claim that is not bound: look at its PersistentVolumeClaims.",
  ],
  [/persistentvolumeclaim "([^"]+)" not found/, "The claim $1 does not exist: create it, or correct its name."],
  [/^0\/0 nodes|no nodes available/, "There is no node: join one."],
];

export function schedulingAdvice(message: string): string {
  for (const [pattern, sentence] of WHOLE) {
    const found = pattern.exec(message);
    if (found) return filled(sentence, found);
  }
  const reasons = reasonsOf(message);
  const known = reasons.flatMap(({ count, text }) => {
    const obstacle = OBSTACLES.find(({ pattern }) => pattern.test(text));
    const found = obstacle?.pattern.exec(text);
    return obstacle && found ? [{ what: `${filled(obstacle.what, found)}: ${count}`, todo: obstacle.todo }] : [];
  });
  if (known.length === 0) return "No node fits it: its events say what each of them lacks.";
  const whats = [...new Set(known.map(({ what }) => what))].join(", ");
  const todos = [...new Set(known.map(({ todo }) => todo))];
  const isPartOfAnother = (todo: string) => todos.some((other) => other.endsWith(` or ${todo}`));
  return `No node fits it (${whats}): ${todos.filter((todo) => !isPartOfAnother(todo)).join(", or ")}.`;
}

const filled = (text: string, [, captured = ""]: RegExpExecArray): string => text.replace("$1", captured);

interface Reason {
  readonly count: string;
  readonly text: string;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had …. preemption: …` */
function reasonsOf(message: string): Reason[] {
  const [, list = ""] = /nodes are available: (.*?)\.?(?: no new claims| preemption:|$)/s.exec(message) ?? [];
  return list.split(/, (?=\d)/).flatMap((part) => {
    const [, count = "", text = ""] = /^(\d+) (?:node\(s\) )?(.*?)\.?$/.exec(part) ?? [];
    return text === "" ? [] : [{ count, text }];
  });
}
