/** How many characters fit, in the box's font. */
export function sizeOf(box: HTMLElement): { readonly columns: number; readonly rows: number } | undefined {
  const style = getComputedStyle(box);
  const canvas = document.createElement("canvas").getContext("2d");
  if (!canvas) return undefined;
  canvas.font = style.font;
  const inner = (size: number, ...paddings: string[]) =>
    size - paddings.reduce((sum, padding) => sum + Number.parseFloat(padding), 0);
  const columns = Math.floor(
    inner(box.clientWidth, style.paddingLeft, style.paddingRight) / canvas.measureText("0").width,
  );
  const rows = Math.floor(
    inner(box.clientHeight, style.paddingTop, style.paddingBottom) / Number.parseFloat(style.lineHeight),
  );
  return { columns: Math.max(20, columns), rows: Math.max(4, rows) };
}
