import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { caretOf } from "./caret.ts";
import { type Completion, completionsAt } from "./completions.ts";
import type { Offer } from "./offer-list.tsx";
import { readSchema } from "./read-schema.ts";
import { placeOf } from "./yaml-place.ts";

interface Completions {
  readonly offer: Offer | undefined;
  /** Offers what may stand at the cursor. While somebody types, only for a word that has begun. */
  readonly open: (because: "requested" | "typed") => Promise<void>;
  readonly close: () => void;
  /** Puts a chosen completion into the text. */
  readonly take: (option: Completion, offer: Offer) => void;
  /** Whether the key acted on the offer. */
  readonly press: (key: string) => boolean;
}

/** The completions at the cursor of a text area, of which one is chosen by keys. */
export function useCompletions(
  area: RefObject<HTMLTextAreaElement | null>,
  insert: (text: string, replaces: number) => void,
): Completions {
  const [offer, setOffer] = useState<Offer | undefined>(undefined);
  const close = () => setOffer(undefined);

  async function open(because: "requested" | "typed") {
    const element = area.current;
    if (!element) return;
    const { value, selectionStart } = element;
    const place = placeOf(value, selectionStart);
    if (!place || (because === "typed" && place.word === "")) return close();
    const document = await readSchema(place.apiVersion);
    if (!document || element.selectionStart !== selectionStart || element.value !== value) return;
    const { options, replaces } = completionsAt(value, selectionStart, document);
    setOffer(options.length === 0 ? undefined : { options, replaces, chosen: 0, ...caretOf(element) });
  }

  function take(option: Completion, { replaces }: Offer) {
    insert(option.insert, replaces);
    close();
  }

  function press(key: string): boolean {
    if (!offer) return false;
    const { options, chosen } = offer;
    switch (key) {
      case "Escape":
        close();
        return true;
      case "ArrowDown":
        setOffer({ ...offer, chosen: (chosen + 1) % options.length });
        return true;
      case "ArrowUp":
        setOffer({ ...offer, chosen: (chosen - 1 + options.length) % options.length });
        return true;
      case "Enter":
      case "Tab":
        if (options[chosen]) take(options[chosen], offer);
        return true;
      default:
        return false;
    }
  }

  return { offer, open, close, take, press };
}
