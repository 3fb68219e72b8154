import { CloseButton, Dialog } from "../parts/dialog.tsx";
import { showDialog } from "../parts/dialogs.tsx";
import { destinations } from "./sidebar.tsx";

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["Ctrl K", "Go to any view, kind, namespace or name"],
  ["/", "Filter the list"],
  ["j  k", "Next row, previous row"],
  ["Enter", "Open the row"],
  ["x  X", "Select the row, or all rows up to it"],
  ["Enter  ⇧ Enter", "Next match in a log, previous match"],
  ["?", "This list"],
  ["Esc", "Close"],
];

export const openHelp = (): void =>
  showDialog(() => (
    <Dialog title="Keys">
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <Key key={keys} keys={keys} what={what} />
        ))}
        {destinations
          .flatMap(({ items }) => items)
          .map(({ key, title }) => (
            <Key key={key} keys={`g ${key}`} what={title} />
          ))}
      </dl>
      <CloseButton />
    </Dialog>
  ));

const Key = ({ keys, what }: { readonly keys: string; readonly what: string }) => (
  <div>
    <dt>
      <kbd>{keys}</kbd>
    </dt>
    <dd>{what}</dd>
  </div>
);
