/**
 * Text of somebody else's for a terminal: control characters, which could move the cursor or begin another line, are
 * shown as JSON escapes them.
 */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
