/** The text as one word of a POSIX shell's command, which does not run as code when pasted. */
export const shellWord = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
