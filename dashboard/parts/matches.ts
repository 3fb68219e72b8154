/** Every word must occur somewhere in the texts, whatever its case. `text` is joined once a row and kept. */
export function matcher(filter: string): (text: string) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => words.every((word) => text.includes(word));
}
