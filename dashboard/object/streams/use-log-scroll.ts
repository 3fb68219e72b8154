/**
 * How a growing text is scrolled: it stays at its end while the user is there. Otherwise a match that was stepped to
 * stays where it is on the screen, whatever is added below and dropped above.
 */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** This close to the end, in pixels, counts as being at the end. */
const NEAR_END = 40;

interface LogScrollOptions {
  readonly box: RefObject<HTMLElement | null>;
  readonly text: string;
  /** The current match, once it is drawn; undefined if there is none. */
  readonly current: () => Range | undefined;
  /** Changes when a match is gone to. */
  readonly steps: number;
}

interface LogScroll {
  /** To be called when the box is scrolled. */
  readonly scrolled: () => void;
  /** Whether the end is out of sight, so that new lines are not seen. */
  readonly away: boolean;
  readonly toEnd: () => void;
}

export function useLogScroll({ box, text, current, steps }: LogScrollOptions): LogScroll {
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  /** How far down the current match is. */
  const offset = useRef(0);
  /** To tell the user's scrolling from this. */
  const settled = useRef(0);

  const offsetNow = (element: HTMLElement): number | undefined => {
    const range = current();
    return range && range.getBoundingClientRect().top - element.getBoundingClientRect().top;
  };
  const scrollTo = (element: HTMLElement, top: number) => {
    element.scrollTop = top;
    settled.current = element.scrollTop;
    offset.current = offsetNow(element) ?? 0;
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (atEnd.current) return scrollTo(element, element.scrollHeight);
    const now = offsetNow(element);
    if (now !== undefined) scrollTo(element, element.scrollTop + now - offset.current);
  }, [text]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const now = offsetNow(element);
    if (now === undefined) return;
    atEnd.current = false;
    setAway(true);
    scrollTo(element, element.scrollTop + now - element.clientHeight / 2);
  }, [steps]);

  return {
    scrolled: () => {
      const element = box.current;
      if (!element) return;
      const { scrollHeight, scrollTop, clientHeight } = element;
      if (Math.abs(scrollTop - settled.current) >= 1) {
        atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
        setAway(!atEnd.current);
      }
      offset.current = offsetNow(element) ?? 0;
    },
    away,
    toEnd: () => {
      atEnd.current = true;
      setAway(false);
      if (box.current) scrollTo(box.current, box.current.scrollHeight);
    },
  };
}
