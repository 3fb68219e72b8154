import { useEffect, useRef } from "preact/hooks";
import { placesOf } from "./places-of.ts";

interface LogTextProps {
  readonly label: string;
  readonly text: string;
  /** Is highlighted wherever the text contains it. */
  readonly sought: string;
  readonly wrap: boolean;
}

/** This close to the end, in pixels, counts as being at the end. */
const NEAR_END = 40;

/** More would slow down the page. */
const MOST_PLACES = 2000;
/** As the style names it. */
const FOUND = "found";

/** Marks ranges without elements of their own, which a text of thousands of lines could not afford. Returns its undoing. */
function highlight(text: Node | null | undefined, places: readonly number[], length: number): () => void {
  // Older browsers show the text without marks.
  if (!text || places.length === 0 || !("highlights" in CSS)) return () => {};
  const ranges = places.map((at) => {
    const range = new Range();
    range.setStart(text, at);
    range.setEnd(text, at + length);
    return range;
  });
  CSS.highlights.set(FOUND, new Highlight(...ranges));
  return () => CSS.highlights.delete(FOUND);
}

/** A growing text that stays scrolled to its end while the user is there. */
export function LogText({ label, text, sought, wrap }: LogTextProps) {
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  useEffect(
    () => highlight(box.current?.firstChild, placesOf(text, sought, MOST_PLACES), sought.length),
    [text, sought],
  );
  return (
    <pre
      ref={box}
      class={wrap ? "wrap" : ""}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      role="log"
      aria-label={label}
      onScroll={({ currentTarget }) => {
        const { scrollHeight, scrollTop, clientHeight } = currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
    >
      {text}
    </pre>
  );
}
