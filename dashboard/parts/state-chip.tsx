import { type Tone, toneOfState } from "./tone.ts";

/** A state with its colour; the shape of the mark says the same to those who see no colours. */
export const StateChip = ({ text, tone = toneOfState(text) }: { readonly text: string; readonly tone?: Tone }) => (
  <span class={`chip ${tone}`}>
    <i aria-hidden="true" />
    {text}
  </span>
);
