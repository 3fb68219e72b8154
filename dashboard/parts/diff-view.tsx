import { diffLines, hunksOf } from "../manifests/line-diff.ts";

/** The difference of two texts; signs say what colours say. */
export function DiffView({ before, after }: { readonly before: string; readonly after: string }) {
  const hunks = hunksOf(diffLines(before, after));
  if (hunks.length === 0) return <p class="quiet">Nothing changes.</p>;
  return (
    <div class="diff">
      {hunks.map((hunk, index) => (
        // Hunks have no identity but their place.
        <pre key={index}>
          {hunk.map(({ sign, text }, line) => (
            // Nor have lines.
            <span key={line} class={sign === "+" ? "added" : sign === "-" ? "removed" : ""}>
              {`${sign} ${text}\n`}
            </span>
          ))}
        </pre>
      ))}
    </div>
  );
}
