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
  if (lines === "looking") return <p class="quiet">Looking for what goes with it…</p>;
  if (lines === "unknown") return <p class="problem">What goes with it could not be found out.</p>;
  if (lines.length === 0) return <p class="quiet">Nothing else goes with it.</p>;
  return (
    <div class="touched">
      <h3>This goes with it</h3>
      <ul class="plain">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
