/** What a container says, as it says it: its tools above, its text below, which stays at its end while one reads there. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface StreamPanelProps {
  readonly label: string;
  readonly text: string;
  readonly wrap?: boolean;
  /** In a word or two. */
  readonly status: string;
  readonly problem?: string | undefined;
  readonly tools: ComponentChildren;
  /** Beside the status. */
  readonly after?: ComponentChildren;
}

/** Pixels from the end that still count as its end. */
const NEAR_END = 40;

export function StreamPanel({ label, text, wrap = true, status, problem, tools, after }: StreamPanelProps) {
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  // What is new is the reason to scroll.
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  return (
    <>
      <div class="tools">
        {tools}
        <span class="spring" />
        <span class="quiet" role="status">
          {status}
        </span>
        {after}
      </div>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
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
    </>
  );
}
