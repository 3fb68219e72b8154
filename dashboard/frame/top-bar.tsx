/** The namespace selector, the palette, and the user's settings. */
import { useEffect, useState } from "preact/hooks";
import { isConfined, namespaceNames } from "../api/namespace-names.ts";
import { namespaceOf } from "../api/token-claims.ts";
import { readOnly } from "../read-only.ts";
import { go, namespace, replaceQuery, route } from "../route.ts";
import { token } from "../session.ts";
import { isTimeBarOpen, toggleTimeBar } from "../time/time-bar.tsx";
import { openPalette } from "./palette.tsx";
import { ReaderButtons } from "./reader-buttons.tsx";
import { menuOpen } from "./sidebar.tsx";

export function TopBar() {
  return (
    <header class="top-bar">
      <button
        type="button"
        class="menu"
        aria-expanded={menuOpen.value}
        aria-controls="menu"
        onClick={() => {
          menuOpen.value = !menuOpen.value;
        }}
      >
        Menu
      </button>
      <NamespaceChoice />
      <span class="spring" />
      {readOnly.value && <span class="badge">Read-only</span>}
      <button type="button" aria-pressed={isTimeBarOpen()} onClick={toggleTimeBar}>
        Time
      </button>
      <button type="button" class="palette-button" onClick={openPalette}>
        Go to… <kbd>Ctrl K</kbd>
      </button>
      <ReaderButtons />
    </header>
  );
}

function NamespaceChoice() {
  const [names, setNames] = useState<readonly string[]>();
  // Kept while typing: a list that arrives meanwhile must not remove it.
  const [typed, setTyped] = useState<string>();
  const load = () => void namespaceNames().then(setNames);
  // Once, and whenever the list is opened.
  useEffect(() => {
    void namespaceNames().then((found) => {
      setNames(found);
      const own = namespaceOf(token.peek() ?? "");
      // A service account without cluster-wide access starts in its own namespace.
      if (isConfined.peek() && own !== undefined && namespace.peek() === "") replaceQuery({ ns: own });
    });
  }, []);
  const current = namespace.value;
  const choices = [...new Set([...(current === "" ? [] : [current]), ...(names ?? [])])].sort();
  // The label's text is not displayed on a phone.
  const requested = { id: "namespace", "aria-label": "Namespace", onFocus: load };
  return (
    <label class="namespace" htmlFor={requested.id}>
      <span>Namespace</span>
      {names?.length === 0 ? (
        // A user who may not list namespaces types them.
        <input
          {...requested}
          value={typed ?? current}
          placeholder="All namespaces"
          onInput={(event) => setTyped(event.currentTarget.value)}
          onChange={(event) => {
            setTyped(undefined);
            choose(event.currentTarget.value);
          }}
        />
      ) : (
        <select {...requested} value={current} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">All namespaces</option>
          {choices.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </label>
  );
}

function choose(text: string): void {
  const ns = text.trim();
  if (route.value.path[0] === "object") go(["kind", ...route.value.path.slice(1, 4)], { ns });
  else replaceQuery({ ns });
}
