/** A manifest editor with syntax colours and completions. */
import { useId, useRef } from "preact/hooks";
import { indentAfter } from "./indent.ts";
import { OfferList, optionId } from "./offer-list.tsx";
import { useCompletions } from "./use-completions.ts";
import { useInsertion } from "./use-insertion.ts";
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
  const insert = useInsertion({ area, text, set });
  const completions = useCompletions(area, insert);
  const { offer } = completions;
  const listId = useId();

  function press(event: KeyboardEvent) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      return void completions.open("requested");
    }
    if (completions.press(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (!offer && event.key === "Enter" && !event.ctrlKey) indent(event);
  }

  /** A new line starts with the indentation of the previous one. */
  function indent(event: KeyboardEvent) {
    const { value = "", selectionStart = 0 } = area.current ?? {};
    const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
    const depth = indentAfter(line);
    if (depth === 0) return;
    event.preventDefault();
    insert(`\n${" ".repeat(depth)}`, 0);
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
          void completions.open("typed");
        }}
        onKeyDown={press}
        onClick={completions.close}
        onBlur={completions.close}
        onScroll={({ currentTarget: { scrollTop, scrollLeft } }) => {
          if (colours.current) Object.assign(colours.current, { scrollTop, scrollLeft });
          completions.close();
        }}
      />
      <OfferList id={listId} offer={offer} take={completions.take} />
    </div>
  );
}
