import { useEffect, useRef } from "preact/hooks";

interface LogTextProps {
  readonly label: string;
  readonly text: string;
  readonly wrap: boolean;
}

/** This close to the end, in pixels, counts as being at the end. */
const NEAR_END = 40;

/** A growing text that stays scrolled to its end while the user is there. */
export function LogText({ label, text, wrap }: LogTextProps) {
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
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
