/** Whether the page has the width of a telephone; the style's own measure. */
import { signal } from "@preact/signals";

const query = matchMedia("(max-width: 760px)");

export const isNarrow = signal(query.matches);
query.addEventListener("change", ({ matches }) => {
  isNarrow.value = matches;
});
