/** Generates a manifest from a few answers, as a starting point. */
import { useState } from "preact/hooks";
import { yamlText } from "../manifests/yaml-text.ts";
import { type Answers, type Question, startingPoints } from "./starting-points.ts";

const LABELS: Readonly<Record<Question, string>> = { name: "Name", image: "Image", port: "Port", replicas: "Replicas" };

export function CreateForm({ write }: { readonly write: (manifest: string) => void }) {
  const [kind, setKind] = useState("Deployment");
  const [answers, setAnswers] = useState<Answers>({ name: "web", image: "nginx", port: 80, replicas: 2 });
  const start = startingPoints.find((each) => each.kind === kind);
  if (!start) return null;
  const answer = (question: Question, given: string | number) => setAnswers({ ...answers, [question]: given });
  return (
    <form
      class="tools answers"
      onSubmit={(event) => {
        event.preventDefault();
        write(yamlText(start.object(answers)));
      }}
    >
      <label>
        Start with a{" "}
        <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          {startingPoints.map((each) => (
            <option key={each.kind} value={each.kind}>
              {each.kind}
            </option>
          ))}
        </select>
      </label>
      {start.asks.map((question) => {
        const field = { key: question, label: LABELS[question] };
        return question === "port" || question === "replicas" ? (
          <NumberField {...field} value={answers[question]} set={(given) => answer(question, given)} />
        ) : (
          <TextField {...field} value={answers[question]} set={(given) => answer(question, given)} />
        );
      })}
      <button type="submit">Write it</button>
    </form>
  );
}

interface FieldProps<T> {
  readonly label: string;
  readonly value: T;
  readonly set: (value: T) => void;
}

const TextField = ({ label, value, set }: FieldProps<string>) => (
  <label>
    {label} <input required value={value} onInput={(event) => set(event.currentTarget.value)} />
  </label>
);

const NumberField = ({ label, value, set }: FieldProps<number>) => (
  <label>
    {label}{" "}
    <input
      type="number"
      required
      min={0}
      value={value}
      onInput={(event) => set(Math.floor(event.currentTarget.valueAsNumber || 0))}
    />
  </label>
);
