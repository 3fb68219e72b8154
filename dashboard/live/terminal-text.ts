/** Terminal control sequences (colours, cursor movements, titles), to be removed from plain text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const SEQUENCES = /\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\r(?=\n|$)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

export const withoutControls = (text: string): string => text.replace(SEQUENCES, "").replace(CONTROLS, "");
