/** A terminal: renders a screen, and sends keys. */
import { Component } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Escapes } from "./escapes.ts";
import { bytesOfKey } from "./keys.ts";
import { Screen, type ScreenLine } from "./screen.ts";
import { type CellStyle, classOf } from "./style.ts";

export interface TerminalProps {
  readonly label: string;
  /** Called with a receiver for the program's output; returns the program's end. */
  readonly connect: (onOutput: (text: string) => void) => TerminalEnd;
}

/** The program's end of the terminal. */
export interface TerminalEnd {
  write(text: string): void;
  resize(columns: number, rows: number): void;
  close(): void;
}

export function TerminalView({ label, connect }: TerminalProps) {
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const [screen] = useState(() => new Screen(80, 24));
  const [drawn, setDrawn] = useState(0);
  const [focused, setFocused] = useState(false);
  const end = useRef<TerminalEnd | undefined>(undefined);

  useEffect(() => {
    let frame = 0;
    const escapes = new Escapes(screen, (text) => end.current?.write(text));
    // A burst of output is rendered once per frame.
    const redraw = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setDrawn((count) => count + 1);
      });
    };
    end.current = connect((text) => {
      escapes.write(text);
      redraw();
    });
    const observer = new ResizeObserver(() => {
      const size = box.current && sizeOf(box.current);
      if (!size) return;
      if (size.columns !== screen.columns || size.rows !== screen.rows) screen.resize(size.columns, size.rows);
      end.current?.resize(size.columns, size.rows);
      redraw();
    });
    if (box.current) observer.observe(box.current);
    input.current?.focus();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      end.current?.close();
    };
  }, []);

  // New output is at the end.
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [drawn]);

  const { history, lines, row, column } = screen;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a click anywhere means the terminal's one input.
    <div
      ref={box}
      class={`terminal ${focused ? "focused" : ""}`}
      onMouseUp={() => getSelection()?.isCollapsed && input.current?.focus()}
    >
      <div role="log" aria-label={label}>
        {[...history, ...lines].map((line, index) => (
          <Row
            // Lines are identified by position only.
            key={index}
            line={line}
            version={line.version}
            cursor={screen.cursorShown && index === history.length + row ? column : undefined}
          />
        ))}
      </div>
      <textarea
        ref={input}
        aria-label="Terminal input; Shift Tab leaves it"
        autocapitalize="off"
        autocomplete="off"
        spellcheck={false}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={(event) => {
          const bytes = event.isComposing ? undefined : bytesOfKey(event, screen.applicationKeys);
          if (bytes === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          end.current?.write(bytes);
        }}
        onInput={({ currentTarget, isComposing }) => {
          if (isComposing) return;
          end.current?.write(currentTarget.value);
          currentTarget.value = "";
        }}
        onPaste={(event) => {
          event.preventDefault();
          const text = (event.clipboardData?.getData("text") ?? "").replace(/\r?\n/g, "\r");
          end.current?.write(screen.bracketedPaste ? `\u001b[200~${text}\u001b[201~` : text);
        }}
      />
    </div>
  );
}

interface RowProps {
  readonly line: ScreenLine;
  readonly version: number;
  readonly cursor: number | undefined;
}

class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { line, version, cursor } = this.props;
    return line !== next.line || version !== next.version || cursor !== next.cursor;
  }

  override render({ line, cursor }: RowProps) {
    return (
      <div>
        {runsOf(line, cursor).map(({ text, style, isCursor }, index) => (
          // So are their parts.
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

/** How many characters fit, in the box's font. */
function sizeOf(box: HTMLElement): { readonly columns: number; readonly rows: number } | undefined {
  const style = getComputedStyle(box);
  const canvas = document.createElement("canvas").getContext("2d");
  if (!canvas) return undefined;
  canvas.font = style.font;
  const inner = (size: number, ...paddings: string[]) =>
    size - paddings.reduce((sum, padding) => sum + Number.parseFloat(padding), 0);
  const columns = Math.floor(
    inner(box.clientWidth, style.paddingLeft, style.paddingRight) / canvas.measureText("0").width,
  );
  const rows = Math.floor(
    inner(box.clientHeight, style.paddingTop, style.paddingBottom) / Number.parseFloat(style.lineHeight),
  );
  return { columns: Math.max(20, columns), rows: Math.max(4, rows) };
}
