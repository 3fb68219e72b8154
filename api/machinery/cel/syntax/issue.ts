/** An error in an expression, with its place, and how cel-go shows it. */
export interface Issue {
  /** In code points from the start of the expression. */
  readonly at: number;
  readonly message: string;
}

export class SyntaxProblem extends Error {
  constructor(readonly issue: Issue) {
    super(issue.message);
  }
}

/** cel-go's own limit: each is shown with its whole line. */
const SHOWN = 100;

/** Nor is a longer line shown. */
const MAX_LENGTH = 16_384;

/** Points at a column. Below letters that UTF-8 writes as several bytes it is as wide as most of them are. */
function columnMark(line: readonly string[], column: number): string {
  const isWide = (c: string | undefined) => c !== undefined && c > "\x7f";
  const dots = Array.from({ length: column }, (_, i) => (isWide(line[i]) ? "．" : "."));
  return `${dots.join("")}${isWide(line[column]) ? "＾" : "^"}`;
}

/** Every issue with its line and a mark below its column, in order of place. */
export function renderIssues(source: string, issues: readonly Issue[]): string {
  // An empty source has no line to show.
  if (source === "") return issues.map(({ message }) => `ERROR: <input>:1:0: ${message}`).join("\n");
  const points = [...source];
  const shown = issues
    .toSorted((a, b) => a.at - b.at)
    .slice(0, SHOWN)
    .map(({ at, message }) => {
      const before = points.slice(0, at);
      const line = before.filter((c) => c === "\n").length;
      const column = at - (before.lastIndexOf("\n") + 1);
      const text = (source.split("\n")[line] ?? "").replaceAll("\t", " ");
      const place = `ERROR: <input>:${line + 1}:${column + 1}: ${message}`;
      return text.length > MAX_LENGTH ? place : `${place}\n | ${text}\n | ${columnMark([...text], column)}`;
    });
  if (issues.length > SHOWN) shown.push(`${issues.length - SHOWN} more errors were truncated`);
  return shown.join("\n");
}
