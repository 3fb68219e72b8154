import type { Question } from "./bulk-action.ts";

interface AnswerProps {
  readonly asks: Question;
  readonly answer: string;
  readonly change: (answer: string) => void;
}

export const Answer = ({ asks, answer, change }: AnswerProps) => (
  <>
    <label>
      {asks.label}{" "}
      <input
        type="text"
        inputMode={asks.numeric ? "numeric" : "text"}
        required
        autocomplete="off"
        value={answer}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </label>
    <p class="quiet" role="status">
      {(answer !== "" && asks.problemOf(answer)) || asks.hint}
    </p>
  </>
);
