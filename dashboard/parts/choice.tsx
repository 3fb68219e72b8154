interface ChoiceProps<Id extends string> {
  readonly label: string;
  readonly options: readonly { readonly id: Id; readonly title: string }[];
  readonly chosen: Id;
  readonly choose: (id: Id) => void;
}

/** A selection among a few options that are all visible. */
export const Choice = <Id extends string>({ label, options, chosen, choose }: ChoiceProps<Id>) => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a row in every browser.
  <div class="choice" role="group" aria-label={label}>
    {options.map(({ id, title }) => (
      <button type="button" key={id} aria-pressed={id === chosen} onClick={() => choose(id)}>
        {title}
      </button>
    ))}
  </div>
);
