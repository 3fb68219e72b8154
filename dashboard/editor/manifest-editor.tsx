/** A manifest editor with syntax colours and completions. */
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { caretOf } from "./caret.ts";
import { completionsAt } from "./completions.ts";
import { indentAfter } from "./indent.ts";
import { type Offer, OfferList, optionId } from "./offer-list.tsx";
import { readSchema } from "./read-schema.ts";
import { placeOf } from "./yaml-place.ts";
import { YamlView } from "./yaml-view.tsx";

interface ManifestEditorProps {
  readonly label: string;
  readonly text: string;
  readonly set: (text: string) => void;
  readonly disabled?: boolean;
  readonly placeholder?: string;
}

export function ManifestEditor({ label, text, set, disabled = false, placeholder }: ManifestEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const colours = useRef<HTMLPreElement>(null);
  const [offer, setOffer] = useState<Offer | undefined>(undefined);
  const listId = useId();
  // Places the cursor after inserted text; by default the browser puts it at the end. Done synchronously, so that the
  // next key goes there.
  const cursor = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    if (cursor.current !== undefined) area.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = undefined;
  }, [text]);

  async function look(because: "asked" | "typed") {
    const element = area.current;
    if (!element) return;
    const { value, selectionStart } = element;
    const place = placeOf(value, selectionStart);
    if (!place || (because === "typed" && place.word === "")) return setOffer(undefined);
    const document = await readSchema(place.apiVersion);
    if (!document || element.selectionStart !== selectionStart || element.value !== value) return;
    const { options, replaces } = completionsAt(value, selectionStart, document);
    setOffer(options.length === 0 ? undefined : { options, replaces, chosen: 0, ...caretOf(element) });
  }

  function put(inserted: string, replaces: number) {
    const element = area.current;
    if (!element) return;
    const { value, selectionStart, selectionEnd } = element;
    const from = selectionStart - replaces;
    cursor.current = from + inserted.length;
    set(value.slice(0, from) + inserted + value.slice(selectionEnd));
    setOffer(undefined);
  }

  function press(event: KeyboardEvent) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      return void look("asked");
    }
    if (!offer) return event.key === "Enter" && !event.ctrlKey ? indent(event) : undefined;
    const { options, chosen } = offer;
    if (event.key === "Escape") setOffer(undefined);
    else if (event.key === "ArrowDown") setOffer({ ...offer, chosen: (chosen + 1) % options.length });
    else if (event.key === "ArrowUp") setOffer({ ...offer, chosen: (chosen - 1 + options.length) % options.length });
    else if (event.key === "Enter" || event.key === "Tab") put(options[chosen]?.insert ?? "", offer.replaces);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A new line starts with the indentation of the previous one. */
  function indent(event: KeyboardEvent) {
    const { value = "", selectionStart = 0 } = area.current ?? {};
    const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
    const depth = indentAfter(line);
    if (depth === 0) return;
    event.preventDefault();
    put(`\n${" ".repeat(depth)}`, 0);
  }

  return (
    <div class="manifest">
      <pre ref={colours} class="colours" aria-hidden="true">
        <YamlView text={text} />
      </pre>
      <textarea
        ref={area}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={listId}
        aria-activedescendant={offer && optionId(listId, offer.chosen)}
        spellcheck={false}
        autocapitalize="off"
        placeholder={placeholder}
        value={text}
        disabled={disabled}
        onInput={(event) => {
          set(event.currentTarget.value);
          void look("typed");
        }}
        onKeyDown={press}
        onClick={() => setOffer(undefined)}
        onBlur={() => setOffer(undefined)}
        onScroll={({ currentTarget: { scrollTop, scrollLeft } }) => {
          if (colours.current) Object.assign(colours.current, { scrollTop, scrollLeft });
          setOffer(undefined);
        }}
      />
      <OfferList id={listId} offer={offer} take={({ insert }, { replaces }) => put(insert, replaces)} />
    </div>
  );
}
