import type { SelectOptions, Share } from "./selection.ts";

interface RowCheckProps {
  readonly name: string;
  readonly selected: boolean;
  readonly select: (options: SelectOptions) => void;
}

/** The whole cell is clickable, not only the box in it. */
export const RowCheck = ({ name, selected, select }: RowCheckProps) => (
  // biome-ignore lint/a11y/useKeyWithClickEvents: keys reach the box, whose clicks arrive here too.
  <td
    class="pick"
    onClick={({ shiftKey }) => select({ range: shiftKey })}
    // Shift would select the text in between.
    onMouseDown={(event) => event.shiftKey && event.preventDefault()}
  >
    <input type="checkbox" aria-label={`Select ${name}`} checked={selected} />
  </td>
);

interface AllCheckProps {
  readonly share: Share;
  readonly toggle: () => void;
}

export const AllCheck = ({ share, toggle }: AllCheckProps) => (
  <th class="pick" scope="col">
    <input
      type="checkbox"
      aria-label="Select all that match"
      checked={share === "all"}
      indeterminate={share === "some"}
      onChange={toggle}
    />
  </th>
);
