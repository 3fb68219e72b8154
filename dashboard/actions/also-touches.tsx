/** What else an action affects, looked up while its confirmation is read. */
import { useEffect, useState } from "preact/hooks";

/** By what happens to them. */
const WORDS = {
  deleted: { what: "else is deleted", title: "This is deleted too" },
  evicted: { what: "is evicted", title: "This is evicted" },
} as const;

/** What is `deleted` besides, or `evicted`. */
export type Fate = keyof typeof WORDS;

interface AlsoTouchesProps {
  readonly of: () => Promise<readonly string[]>;
  readonly fate: Fate;
}

export function AlsoTouches({ of, fate }: AlsoTouchesProps) {
  const [lines, setLines] = useState<readonly string[] | "looking" | "unknown">("looking");
  useEffect(() => {
    let wanted = true;
    void of()
      .catch(() => "unknown" as const)
      .then((found) => wanted && setLines(found));
    return () => {
      wanted = false;
    };
  }, []);
  const { what, title } = WORDS[fate];
  if (lines === "looking") return <p class="quiet">Looking for what {what}…</p>;
  if (lines === "unknown") return <p class="problem">What {what} could not be found out.</p>;
  if (lines.length === 0) return <p class="quiet">Nothing {what}.</p>;
  return (
    <div class="touched">
      <h3>{title}</h3>
      <ul class="plain">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
