/**
 * Whether a concurrent history of one register can be explained by one order of its operations that respects time: the
 * search of Wing and Gong with Lowe's memoization. Every write writes a distinct value, so the state is the value, and
 * a guard names the value whose version it carries.
 */

/** undefined: the object does not exist. */
type State = string | undefined;

export type Action =
  | { readonly do: "create"; readonly value: string; readonly outcome: "done" | "exists" | "unknown" }
  | {
      readonly do: "update";
      readonly value: string;
      readonly ifValue: string;
      readonly outcome: "done" | "conflict" | "missing" | "unknown";
    }
  | { readonly do: "delete"; readonly outcome: "done" | "missing" | "unknown" }
  | { readonly do: "read"; readonly found: State };

/**
 * Times are from one clock. An unanswered operation ends at infinity: it may have happened at any later time, or not at
 * all.
 */
export interface Operation {
  readonly began: number;
  readonly ended: number;
  readonly action: Action;
}

/** The state after an operation that happens now, or false if its outcome is impossible. */
function step(state: State, action: Action): { readonly state: State } | false {
  const there = state !== undefined;
  switch (action.do) {
    case "read":
      return action.found === state && { state };
    case "create":
      if (action.outcome === "exists") return there && { state };
      return there ? action.outcome === "unknown" && { state } : { state: action.value };
    case "delete":
      if (action.outcome === "missing") return !there && { state };
      return (there || action.outcome === "unknown") && { state: undefined };
    case "update": {
      if (action.outcome === "missing") return !there && { state };
      if (action.outcome === "conflict") return there && state !== action.ifValue && { state };
      if (state === action.ifValue) return { state: action.value };
      return action.outcome === "unknown" && { state };
    }
  }
}

/** The beginning or end of an operation in the list of operations not yet explained. The mark of an end has no `end`. */
interface Mark {
  readonly of: number;
  readonly action: Action;
  readonly end?: Mark;
  before: Mark | undefined;
  after: Mark | undefined;
}

/** True if there is such an order. The history begins with the object absent. */
export function isLinearizable(history: readonly Operation[]): boolean {
  let first = marksOf(history);
  let state: State;
  let explained = 0n;
  const tried = new Set<string>();
  const taken: { readonly mark: Mark; readonly state: State }[] = [];
  for (let mark = first; mark; ) {
    if (mark.end) {
      const next = step(state, mark.action);
      const with_ = explained | (1n << BigInt(mark.of));
      const id = next && `${with_} ${next.state}`;
      if (next && id && !tried.has(id)) {
        tried.add(id);
        taken.push({ mark, state });
        state = next.state;
        explained = with_;
        if (mark === first) first = mark.after === mark.end ? mark.end.after : mark.after;
        unlink(mark.end);
        unlink(mark);
        mark = first;
      } else mark = mark.after;
      continue;
    }
    // This operation has ended, and nothing explains it so far: the latest choice was wrong.
    const last = taken.pop();
    if (!last?.mark.end) return false;
    link(last.mark);
    link(last.mark.end);
    if (!last.mark.before) first = last.mark;
    state = last.state;
    explained &= ~(1n << BigInt(last.mark.of));
    mark = last.mark.after;
  }
  return true;
}

function marksOf(history: readonly Operation[]): Mark | undefined {
  const marks = history
    .flatMap(({ began, ended, action }, of) => {
      const end: Mark = { of, action, before: undefined, after: undefined };
      return [
        { at: began, order: 0, mark: { of, action, end, before: undefined, after: undefined } as Mark },
        { at: ended, order: 1, mark: end },
      ];
    })
    // An operation that begins when another ends is concurrent with it.
    .sort((a, b) => (a.at === b.at ? a.order - b.order : a.at - b.at))
    .map(({ mark }) => mark);
  for (const [index, mark] of marks.entries()) {
    mark.before = marks[index - 1];
    mark.after = marks[index + 1];
  }
  return marks[0];
}

function unlink({ before, after }: Mark): void {
  if (before) before.after = after;
  if (after) after.before = before;
}

/** Reinserts the mark that was unlinked last. */
function link(mark: Mark): void {
  if (mark.before) mark.before.after = mark;
  if (mark.after) mark.after.before = mark;
}
