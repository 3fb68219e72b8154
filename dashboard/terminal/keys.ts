/** The bytes that a terminal sends for a key, and for pasted text. */
export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
}

const ESC = "\u001b";

const CURSOR: Readonly<Record<string, string>> = {
  ArrowUp: "A",
  ArrowDown: "B",
  ArrowRight: "C",
  ArrowLeft: "D",
  Home: "H",
  End: "F",
};

const OTHERS: Readonly<Record<string, string>> = {
  Enter: "\r",
  Backspace: "\u007f",
  Tab: "\t",
  Escape: ESC,
  Insert: `${ESC}[2~`,
  Delete: `${ESC}[3~`,
  PageUp: `${ESC}[5~`,
  PageDown: `${ESC}[6~`,
  F1: `${ESC}OP`,
  F2: `${ESC}OQ`,
  F3: `${ESC}OR`,
  F4: `${ESC}OS`,
  F5: `${ESC}[15~`,
  F6: `${ESC}[17~`,
  F7: `${ESC}[18~`,
  F8: `${ESC}[19~`,
  F9: `${ESC}[20~`,
  F10: `${ESC}[21~`,
};

/**
 * Undefined for keys left to the browser: Shift Tab leaves the terminal, and input without Ctrl or Alt arrives as text.
 * `application`: DECCKM.
 */
export function bytesOfKey({ key, ctrlKey, altKey, shiftKey, metaKey }: Key, application: boolean): string | undefined {
  if (metaKey || (ctrlKey && shiftKey) || (key === "Tab" && shiftKey)) return undefined;
  const cursor = CURSOR[key];
  if (cursor) {
    const modifiers = 1 + Number(shiftKey) + 2 * Number(altKey) + 4 * Number(ctrlKey);
    if (modifiers > 1) return `${ESC}[1;${modifiers}${cursor}`;
    return `${ESC}${application ? "O" : "["}${cursor}`;
  }
  const other = OTHERS[key];
  if (other) return altKey ? ESC + other : other;
  if (key.length !== 1) return undefined;
  if (ctrlKey) return controlOf(key);
  return altKey ? ESC + key : undefined;
}

/** Ctrl A is 1, Ctrl Space is 0. */
function controlOf(key: string): string | undefined {
  if (key === " ") return "\u0000";
  const code = key.toUpperCase().charCodeAt(0);
  return code >= 64 && code < 96 ? String.fromCharCode(code - 64) : undefined;
}

/** Escape characters are sent as their symbol: a pasted text cannot end its brackets, or press keys. */
export function bytesOfPaste(text: string, bracketed: boolean): string {
  const plain = text.replace(/\r?\n/g, "\r").replaceAll(ESC, "\u241b");
  return bracketed ? `${ESC}[200~${plain}${ESC}[201~` : plain;
}
