/** What else an action affects, looked up while its confirmation is read. */
import { useEffect, useState } from "preact/hooks";

export function AlsoTouches({ of }: { readonly of: () => Promise<readonly string[]> }) {
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
  if (lines === "looking") return <p class="quiet">Looking for what else is deleted…</p>;
  if (lines === "unknown") return <p class="problem">What else is deleted could not be found out.</p>;
  if (lines.length === 0) return <p class="quiet">Nothing else is deleted.</p>;
  return (
    <div class="touched">
      <h3>This is deleted too</h3>
      <ul class="plain">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
