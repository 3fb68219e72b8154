/** The list of completions at the cursor. */
import type { Completion } from "./completions.ts";

export interface Offer {
  readonly options: readonly Completion[];
  /** How many characters before the cursor are already part of them. */
  readonly replaces: number;
  readonly chosen: number;
  readonly left: number;
  readonly top: number;
}

interface OfferListProps {
  readonly id: string;
  readonly offer: Offer | undefined;
  readonly take: (option: Completion, offer: Offer) => void;
}

export const optionId = (listId: string, index: number): string => `${listId}-${index}`;

export function OfferList({ id, offer, take }: OfferListProps) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label="What may be written here"
      class="offer"
      hidden={!offer}
      style={offer && { left: `${offer.left}px`, top: `${offer.top}px` }}
    >
      {offer?.options.map((option, index) => (
        <div
          key={option.label}
          id={optionId(id, index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === offer.chosen}
          ref={index === offer.chosen ? scrolledTo : null}
          // Before the text loses the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            take(option, offer);
          }}
        >
          <b>{option.label}</b>
          <span class="quiet">
            {option.type}
            {option.required && " required"}
          </span>
          {index === offer.chosen && option.description && <p class="quiet">{shortened(option.description)}</p>}
        </div>
      ))}
    </div>
  );
}

const scrolledTo = (element: HTMLElement | null) => element?.scrollIntoView({ block: "nearest" });

const MAX_DESCRIPTION_LENGTH = 220;
const shortened = (text: string) =>
  text.length > MAX_DESCRIPTION_LENGTH ? `${text.slice(0, MAX_DESCRIPTION_LENGTH).trimEnd()}…` : text;
