/** A cell's appearance packed into a number: two of sixteen colours, or the page's defaults, and attributes. */
export type CellStyle = number;

const DEFAULT_COLOUR = 16;
const BOLD = 1 << 10;
const UNDERLINE = 1 << 11;
const INVERSE = 1 << 12;

export const PLAIN: CellStyle = DEFAULT_COLOUR | (DEFAULT_COLOUR << 5);

const foreground = (style: CellStyle) => style & 31;
const background = (style: CellStyle) => (style >> 5) & 31;
const withForeground = (style: CellStyle, colour: number): CellStyle => (style & ~31) | colour;
const withBackground = (style: CellStyle, colour: number): CellStyle => (style & ~(31 << 5)) | (colour << 5);

/** Select Graphic Rendition (ECMA-48 8.3.117). */
export function applySgr(style: CellStyle, parameters: readonly number[]): CellStyle {
  let now = style;
  for (let index = 0; index < parameters.length; index++) {
    const code = parameters[index] ?? 0;
    if (code === 0) now = PLAIN;
    else if (code === 1) now |= BOLD;
    else if (code === 4) now |= UNDERLINE;
    else if (code === 7) now |= INVERSE;
    else if (code === 22) now &= ~BOLD;
    else if (code === 24) now &= ~UNDERLINE;
    else if (code === 27) now &= ~INVERSE;
    else if (code === 39) now = withForeground(now, DEFAULT_COLOUR);
    else if (code === 49) now = withBackground(now, DEFAULT_COLOUR);
    else if (code >= 30 && code <= 37) now = withForeground(now, code - 30);
    else if (code >= 40 && code <= 47) now = withBackground(now, code - 40);
    else if (code >= 90 && code <= 97) now = withForeground(now, code - 82);
    else if (code >= 100 && code <= 107) now = withBackground(now, code - 92);
    else if (code === 38 || code === 48) {
      const [colour, taken] = extended(parameters.slice(index + 1));
      now = code === 38 ? withForeground(now, colour) : withBackground(now, colour);
      index += taken;
    }
  }
  return now;
}

/** `5;N` of 256 colours, `2;R;G;B`: the nearest of sixteen, and how many parameters were consumed. */
function extended([form, ...rest]: readonly number[]): readonly [colour: number, taken: number] {
  if (form === 2) return [nearest(rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0), 4];
  if (form !== 5) return [DEFAULT_COLOUR, 1];
  const index = rest[0] ?? 0;
  if (index < 16) return [index, 2];
  if (index >= 232) return [index < 238 ? 0 : index < 244 ? 8 : index < 250 ? 7 : 15, 2];
  const cube = index - 16;
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  return [nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)), 2];
}

function nearest(red: number, green: number, blue: number): number {
  const strongest = Math.max(red, green, blue);
  if (strongest < 50) return 0;
  const bit = (value: number) => Number(value > strongest / 2);
  return bit(red) + 2 * bit(green) + 4 * bit(blue) + (strongest > 190 ? 8 : 0);
}

/** As CSS class names. */
export function classOf(style: CellStyle): string {
  const inverse = (style & INVERSE) !== 0;
  const [front, back] = [foreground(style), background(style)];
  return [
    ...(inverse ? ["inverse"] : []),
    ...(front === DEFAULT_COLOUR ? [] : [`${inverse ? "back" : "front"}-${front}`]),
    ...(back === DEFAULT_COLOUR ? [] : [`${inverse ? "front" : "back"}-${back}`]),
    ...((style & BOLD) !== 0 ? ["bold"] : []),
    ...((style & UNDERLINE) !== 0 ? ["underline"] : []),
  ].join(" ");
}
