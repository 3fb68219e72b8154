import { type Tone, toneOfState } from "./tone.ts";

/** A state with its colour; the shape of the mark conveys the same without colours. */
export const StateChip = ({ text, tone = toneOfState(text) }: { readonly text: string; readonly tone?: Tone }) => (
  <span class={`chip ${tone}`}>
    <i aria-hidden="true" />
    {text}
  </span>
);
