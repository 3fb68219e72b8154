/** The command palette: views, kinds, namespaces, objects by name, and commands about the page itself. */
import { useEffect, useState } from "preact/hooks";
import { discovery } from "../api/discovery.ts";
import { kubectlName } from "../api/kind.ts";
import { kindHref } from "../api/links.ts";
import { namespaceNames } from "../api/namespace-names.ts";
import { Dialog } from "../parts/dialog.tsx";
import { closeDialog, showDialog } from "../parts/dialogs.tsx";
import { matcher } from "../parts/matches.ts";
import { wantsReadOnly } from "../read-only.ts";
import { href, namespace, replaceQuery } from "../route.ts";
import { signOut } from "../session.ts";
import { toggleTimeBar } from "../time/time-bar.tsx";
import { openHelp } from "./help.tsx";
import { destinations } from "./sidebar.tsx";
import { nextTheme } from "./theme.ts";

interface Choice {
  readonly title: string;
  readonly hint: string;
  readonly run: () => void;
}

const MAX_SHOWN = 12;

export const openPalette = (): void => showDialog(() => <Palette />);

const goTo = (link: string) => () => {
  location.hash = link;
};

function places(namespaces: readonly string[]): Choice[] {
  const known = discovery.value;
  return [
    ...destinations
      .flatMap(({ items }) => items)
      .map(({ title, path, key }) => ({ title, hint: `g ${key}`, run: goTo(href(path)) })),
    ...(known.name === "known" ? known.kinds : []).map((kind) => ({
      title: kind.kind,
      hint: [kubectlName(kind), ...kind.shortNames].join(" "),
      run: goTo(kindHref(kind)),
    })),
    ...(namespace.value === "" ? [] : [{ title: "All namespaces", hint: "", run: () => replaceQuery({ ns: "" }) }]),
    ...namespaces
      .filter((name) => name !== namespace.value)
      .map((name) => ({ title: name, hint: "namespace", run: () => replaceQuery({ ns: name }) })),
    { title: "Time", hint: "look at the cluster as it was", run: toggleTimeBar },
    {
      title: wantsReadOnly.value ? "Allow changes" : "Read-only",
      hint: wantsReadOnly.value ? "" : "change nothing by accident",
      run: () => {
        wantsReadOnly.value = !wantsReadOnly.value;
      },
    },
    { title: "Switch light and dark", hint: "theme", run: nextTheme },
    { title: "Keys", hint: "?", run: openHelp },
    { title: "Sign out", hint: "", run: () => signOut() },
  ];
}

/** Lists where objects of that name might be, filtered by it. */
const searches = (text: string): Choice[] =>
  destinations
    .flatMap(({ items }) => items)
    .filter(({ path }) => path[0] === "kind")
    .map(({ title, path }) => ({
      title: `${title} “${text}”`,
      hint: "in the list",
      run: goTo(href(path, { q: text, as: "table" })),
    }));

function Palette() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [namespaces, setNamespaces] = useState<readonly string[]>([]);
  useEffect(() => void namespaceNames().then(setNamespaces), []);
  const matches = matcher(text);
  const named = places(namespaces).filter(({ title, hint }) => matches(`${title} ${hint}`.toLowerCase()));
  const found = [...named, ...(text.trim() === "" ? [] : searches(text.trim()))].slice(0, MAX_SHOWN);
  const chosen = Math.min(at, found.length - 1);
  const run = (choice: Choice | undefined) => {
    if (!choice) return;
    closeDialog();
    choice.run();
  };
  return (
    <Dialog title="Go to">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-choices"
        aria-activedescendant={found.length > 0 ? `choice-${chosen}` : undefined}
        aria-label="Go to"
        placeholder="A view, a kind such as deploy, a namespace, a name"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") run(found[chosen]);
          else if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
          else return;
          event.preventDefault();
        }}
      />
      <div id="palette-choices" role="listbox" aria-label="Places" class="choices">
        {found.map((choice, index) => (
          <button
            type="button"
            role="option"
            tabIndex={-1}
            id={`choice-${index}`}
            aria-selected={index === chosen}
            key={choice.title + choice.hint}
            onClick={() => run(choice)}
          >
            <span>{choice.title}</span> <span class="quiet">{choice.hint}</span>
          </button>
        ))}
        {found.length === 0 && <p class="quiet">Nothing of that name.</p>}
      </div>
    </Dialog>
  );
}
