/** Must match style/editor.css. */
const OFFER_WIDTH = 360;

/** Where a list of offers goes: below the cursor, in pixels relative to the editor: the text has a fixed-width font and does not wrap. */
export function caretOf(area: HTMLTextAreaElement): { readonly left: number; readonly top: number } {
  const before = area.value.slice(0, area.selectionStart).split("\n");
  const style = getComputedStyle(area);
  const canvas = document.createElement("canvas").getContext("2d");
  if (canvas) canvas.font = style.font;
  const character = canvas?.measureText("0").width ?? 8;
  const line = Number.parseFloat(style.lineHeight);
  const left = Number.parseFloat(style.paddingLeft) + (before.at(-1)?.length ?? 0) * character - area.scrollLeft;
  const top = Number.parseFloat(style.paddingTop) + before.length * line - area.scrollTop + 2;
  return { left: Math.max(0, Math.min(left, area.clientWidth - OFFER_WIDTH)), top };
}
