import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Edited {
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly set: (text: string) => void;
}

/** Inserts a text at the cursor, in place of the selection and of as many characters before it as `replaces` says. */
export function useInsertion({ area, text, set }: Edited): (inserted: string, replaces: number) => void {
  // Places the cursor after inserted text; by default the browser puts it at the end. Done synchronously, so that the
  // next key goes there.
  const cursor = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    if (cursor.current !== undefined) area.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = undefined;
  }, [text]);

  return (inserted, replaces) => {
    const element = area.current;
    if (!element) return;
    const { value, selectionStart, selectionEnd } = element;
    const from = selectionStart - replaces;
    cursor.current = from + inserted.length;
    set(value.slice(0, from) + inserted + value.slice(selectionEnd));
  };
}
