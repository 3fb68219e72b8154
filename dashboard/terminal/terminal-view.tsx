/** A terminal: renders a screen, and sends keys. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Escapes } from "./escapes.ts";
import { bytesOfKey, bytesOfPaste } from "./keys.ts";
import { Screen } from "./screen.ts";
import { Row } from "./screen-row.tsx";
import { sizeOf } from "./terminal-size.ts";

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
      <TerminalInput
        input={input}
        screen={screen}
        write={(text) => end.current?.write(text)}
        onFocusChange={setFocused}
      />
    </div>
  );
}

interface TerminalInputProps {
  readonly input: RefObject<HTMLTextAreaElement | null>;
  readonly screen: Screen;
  readonly write: (text: string) => void;
  readonly onFocusChange: (focused: boolean) => void;
}

/** Takes the keyboard: keys as a terminal sends them, composed characters, and pasted text. */
const TerminalInput = ({ input, screen, write, onFocusChange }: TerminalInputProps) => (
  <textarea
    ref={input}
    aria-label="Terminal input; Shift Tab leaves it"
    autocapitalize="off"
    autocomplete="off"
    spellcheck={false}
    onFocus={() => onFocusChange(true)}
    onBlur={() => onFocusChange(false)}
    onKeyDown={(event) => {
      const bytes = event.isComposing ? undefined : bytesOfKey(event, screen.applicationKeys);
      if (bytes === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      write(bytes);
    }}
    onInput={({ currentTarget, isComposing }) => {
      if (isComposing) return;
      write(currentTarget.value);
      currentTarget.value = "";
    }}
    onPaste={(event) => {
      event.preventDefault();
      write(bytesOfPaste(event.clipboardData?.getData("text") ?? "", screen.bracketedPaste));
    }}
  />
);
