/** Keyboard shortcuts: `/` filters, `g` and a letter navigates, `j`/`k`, Enter and `x` choose rows, `?` lists them all. */
import { useEffect } from "preact/hooks";
import { isDialogOpen } from "../parts/dialogs.tsx";
import { href } from "../route.ts";
import { FILTER_ID } from "../table/list-header.tsx";
import { pressRowKey, type RowKey } from "../table/row-keys.ts";
import { openHelp } from "./help.tsx";
import { openPalette } from "./palette.tsx";
import { destinations } from "./sidebar.tsx";

const ROW_KEYS: Readonly<Record<string, RowKey>> = {
  j: "down",
  ArrowDown: "down",
  k: "up",
  ArrowUp: "up",
  Enter: "open",
  x: "select",
  X: "extend",
};

/** How soon the second key must follow `g`. */
const SEQUENCE_MS = 1500;

export function Keyboard() {
  useEffect(() => {
    let goPressed = Number.NEGATIVE_INFINITY;
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "k") {
        event.preventDefault();
        if (!isDialogOpen()) openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isDialogOpen() || isTyping(event.target)) return;
      if (performance.now() - goPressed < SEQUENCE_MS) {
        goPressed = Number.NEGATIVE_INFINITY;
        const there = destinations.flatMap(({ items }) => items).find(({ key }) => key === event.key);
        if (there) {
          event.preventDefault();
          location.hash = href(there.path);
        }
        return;
      }
      if (event.key === "g") goPressed = performance.now();
      else if (event.key === "?") openHelp();
      else if (event.key === "/") {
        event.preventDefault();
        document.getElementById(FILTER_ID)?.focus();
      } else pressRow(event);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return null;
}

function pressRow(event: KeyboardEvent): void {
  const key = ROW_KEYS[event.key];
  // A focused link or button handles Enter and the arrows itself.
  const onControl = event.target instanceof Element && event.target.closest("a, button, summary, input, [role=tab]");
  if (!key || (onControl && event.key.length > 1)) return;
  if (event.key.startsWith("Arrow") && !document.querySelector(".scroller")) return;
  if (event.key.startsWith("Arrow")) event.preventDefault();
  pressRowKey(key);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select") !== null;
