import { partsOf } from "./highlight.ts";

/** Beyond this, colours cost more than they are worth. */
const MOST_CHARACTERS = 200_000;

/** YAML in colours, line by line. */
export const YamlView = ({ text }: { readonly text: string }) => (
  <>
    {text.length > MOST_CHARACTERS
      ? text
      : text.split("\n").flatMap((line, index) => [
          ...partsOf(line).map((part, at) => (
            // Lines and their parts have no identity but their place.
            <span key={`${index} ${at}`} class={`yaml-${part.kind}`}>
              {part.text}
            </span>
          )),
          "\n",
        ])}
  </>
);
