/** Whether what is shown is still true. */
import type { LiveState } from "../live/live-list.ts";

const WORDS = {
  loading: "Loading",
  live: "Live",
  past: "As it was",
  reconnecting: "Reconnecting",
  refused: "Refused",
} as const;

export const LiveBadge = ({ state }: { readonly state: LiveState }) => (
  <span class={`live ${state.name}`} title={"problem" in state ? state.problem : undefined} role="status">
    {WORDS[state.name]}
  </span>
);

/** Why a list shows nothing. */
export function refusal(state: LiveState): { readonly title: string; readonly problem: string } | undefined {
  if (state.name !== "refused") return undefined;
  const title =
    state.code === 403
      ? "You may not see this"
      : state.code === 404
        ? "The cluster does not serve this"
        : state.code === 410
          ? "This moment is no longer remembered"
          : "The cluster refused";
  return { title, problem: state.problem };
}
