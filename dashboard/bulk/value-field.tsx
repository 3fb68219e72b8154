import type { Input } from "./bulk-action.ts";

interface ValueFieldProps {
  readonly input: Input;
  readonly value: string;
  readonly change: (value: string) => void;
}

export const ValueField = ({ input, value, change }: ValueFieldProps) => (
  <>
    <label>
      {input.label}{" "}
      <input
        type="text"
        inputMode={input.numeric ? "numeric" : "text"}
        required
        autocomplete="off"
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </label>
    <p class="quiet" role="status">
      {(value !== "" && input.problemOf(value)) || input.hint}
    </p>
  </>
);
