/** The states of sandboxes and containers as last seen by their pods' workers, and what is being ended. */
import { POD_UID } from "../labels.ts";

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ListedStates {
  readonly containers: readonly Listed[];
  readonly sandboxes: readonly Listed[];
}

export interface SeenState {
  readonly uid: string;
  readonly kind: "container" | "sandbox";
  readonly state: string;
}

const entriesOf = ({ containers, sandboxes }: ListedStates): (readonly [string, SeenState])[] => {
  const entry =
    (kind: SeenState["kind"]) =>
    ({ id, labels, state }: Listed) =>
      [id, { uid: labels[POD_UID] ?? "", kind, state }] as const;
  return [...sandboxes.map(entry("sandbox")), ...containers.map(entry("container"))];
};

export class SeenStates {
  #states = new Map<string, SeenState>();
  readonly #ending = new Set<string>();

  get(id: string): SeenState | undefined {
    return this.#states.get(id);
  }

  /** It may end before anybody has looked at it. */
  made(id: string, seen: Pick<SeenState, "uid" | "kind">): void {
    this.#states.set(id, { ...seen, state: "" });
  }

  /** A pod's worker has looked. */
  replaceOf(uid: string, listed: ListedStates): void {
    for (const [id, seen] of this.#states) if (seen.uid === uid) this.#states.delete(id);
    for (const [id, seen] of entriesOf(listed)) this.#states.set(id, seen);
  }

  /** Everything that exists. Returns the pods of which something differs from what their workers have seen. */
  replace(listed: ListedStates): ReadonlySet<string> {
    const before = this.#states;
    this.#states = new Map(entriesOf(listed));
    const changed = new Set<string>();
    for (const [id, { uid, state }] of this.#states) if (before.get(id)?.state !== state) changed.add(uid);
    for (const [id, { uid }] of before) if (!this.#states.has(id)) changed.add(uid);
    return changed;
  }

  isEnding(id: string): boolean {
    return this.#ending.has(id);
  }

  /** Until this settles, the end of that one is expected. */
  async ending(id: string, ended: Promise<void>): Promise<void> {
    this.#ending.add(id);
    try {
      await ended;
    } finally {
      this.#ending.delete(id);
    }
  }
}
