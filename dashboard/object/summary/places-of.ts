/** Where a text contains another one, ignoring case: the starts of the last `most` places. */
export function placesOf(text: string, sought: string, most: number): number[] {
  const places: number[] = [];
  const [within, wanted] = [text.toLowerCase(), sought.toLowerCase()];
  // A few characters change their length with their case, and with it all places after them.
  if (wanted === "" || within.length !== text.length) return places;
  for (let at = within.lastIndexOf(wanted); at >= 0 && places.length < most; ) {
    places.push(at);
    at = at === 0 ? -1 : within.lastIndexOf(wanted, at - 1);
  }
  return places;
}
