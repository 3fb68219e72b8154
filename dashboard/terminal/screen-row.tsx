/** One line of a terminal's screen: spans of characters of one style. */
import { Component } from "preact";
import type { ScreenLine } from "./screen.ts";
import { type CellStyle, classOf } from "./style.ts";

interface RowProps {
  readonly line: ScreenLine;
  readonly version: number;
  readonly cursor: number | undefined;
}

/** Redrawn only if its line has changed: a screen has hundreds of them. */
export class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { line, version, cursor } = this.props;
    return line !== next.line || version !== next.version || cursor !== next.cursor;
  }

  override render({ line, cursor }: RowProps) {
    return (
      <div>
        {runsOf(line, cursor).map(({ text, style, isCursor }, index) => (
          // Parts are identified by position only.
          <span key={index} class={`${classOf(style)}${isCursor ? " cursor" : ""}`}>
            {text}
          </span>
        ))}
        {"\n"}
      </div>
    );
  }
}

interface Run {
  text: string;
  readonly style: CellStyle;
  readonly isCursor: boolean;
}

function runsOf({ texts, styles }: ScreenLine, cursor: number | undefined): Run[] {
  const runs: Run[] = [];
  texts.forEach((text, column) => {
    const style = styles[column] ?? 0;
    const isCursor = column === cursor;
    const last = runs.at(-1);
    if (last && last.style === style && last.isCursor === isCursor) last.text += text;
    else runs.push({ text, style, isCursor });
  });
  return runs;
}
