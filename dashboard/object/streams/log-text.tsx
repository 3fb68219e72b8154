import { useLayoutEffect, useRef } from "preact/hooks";
import { highlight, rangeOf } from "./highlight.ts";
import { useLogScroll } from "./use-log-scroll.ts";

export interface Marks {
  /** Where the text contains what is sought. */
  readonly places: readonly number[];
  readonly length: number;
  /** Of the current one; -1 if there is none. */
  readonly index: number;
  /** Changes when the current one is gone to. */
  readonly steps: number;
}

interface LogTextProps {
  readonly label: string;
  readonly text: string;
  readonly marks: Marks;
  readonly wrap: boolean;
}

export function LogText({ label, text, marks: { places, length, index, steps }, wrap }: LogTextProps) {
  const box = useRef<HTMLPreElement>(null);
  const ranges = (of: readonly number[]): Range[] => {
    const node = box.current?.firstChild;
    return node ? of.map((at) => rangeOf(node, at, length)) : [];
  };
  const at = places[index];
  const current = () => ranges(at === undefined ? [] : [at]);
  const { scrolled, away, toEnd } = useLogScroll({ box, text, current: () => current()[0], steps });
  // Before the next frame is drawn: a change of the text takes its marks away.
  useLayoutEffect(() => highlight("found", ranges(places)), [text, places, length]);
  useLayoutEffect(() => highlight("current-match", current()), [text, at, length]);
  return (
    <div class="log-box">
      <pre
        ref={box}
        class={wrap ? "wrap" : ""}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-label={label}
        onScroll={scrolled}
      >
        {text}
      </pre>
      {away && (
        <button type="button" onClick={toEnd}>
          To the end
        </button>
      )}
    </div>
  );
}
