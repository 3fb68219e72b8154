/** Whether what is displayed is current. */
import type { LiveState } from "./live-list.ts";

const WORDS = {
  loading: "Loading",
  live: "Live",
  past: "As it was",
  reconnecting: "Reconnecting",
  refused: "Refused",
} as const;

export const LiveBadge = ({ state }: { readonly state: LiveState }) => (
  <span class={`live ${badgeOf(state)}`} title={"problem" in state ? state.problem : undefined} role="status">
    {WORDS[badgeOf(state)]}
  </span>
);

const badgeOf = (state: LiveState): LiveState["name"] =>
  state.name === "loading" && state.problem ? "reconnecting" : state.name;

/** From best to worst. */
const ORDER = ["live", "past", "reconnecting", "loading", "refused"] as const satisfies readonly LiveState["name"][];

/** For a view with several lists. */
export const worstOf = (states: readonly LiveState[]): LiveState =>
  states.reduce<LiveState>((worst, state) => (ORDER.indexOf(state.name) > ORDER.indexOf(worst.name) ? state : worst), {
    name: "live",
  });

/** A message for a list that has not arrived yet; undefined if it has. */
export const waitingFor = (state: LiveState): string | undefined =>
  state.name === "loading" ? (state.problem ? "The cluster does not answer. Asking again…" : "Loading…") : undefined;

export interface Refusal {
  readonly title: string;
  readonly problem: string;
  /** Not an error: the user may not see it. */
  readonly forbidden: boolean;
}

const REFUSALS: Readonly<Record<number, string>> = {
  403: "You may not see this",
  404: "The cluster does not serve this",
  410: "This moment is no longer remembered",
};

/** Why a list is empty. */
export function refusal(state: LiveState): Refusal | undefined {
  if (state.name !== "refused") return undefined;
  const { code, problem } = state;
  return { title: REFUSALS[code] ?? "The cluster refused", problem, forbidden: code === 403 };
}
