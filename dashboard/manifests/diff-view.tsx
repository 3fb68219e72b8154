import { diffLines, hunksOf } from "./line-diff.ts";

/** The difference between two texts, marked by signs as well as colours. */
export function DiffView({ before, after }: { readonly before: string; readonly after: string }) {
  const hunks = hunksOf(diffLines(before, after));
  if (hunks.length === 0) return <p class="quiet">Nothing changes.</p>;
  return (
    <div class="diff">
      {hunks.map((hunk, index) => (
        // Hunks are identified by position only.
        <pre key={index}>
          {hunk.map(({ sign, text }, line) => (
            // So are lines.
            <span key={line} class={sign === "+" ? "added" : sign === "-" ? "removed" : ""}>
              {`${sign} ${text}\n`}
            </span>
          ))}
        </pre>
      ))}
    </div>
  );
}
