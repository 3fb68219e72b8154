/** How many more are like the one that is shown. */
export const Others = ({ count }: { readonly count: number }) =>
  count === 0 ? null : <span class="quiet">and {count.toLocaleString()} alike</span>;
