import { partsOf } from "./highlight.ts";

/** Longer texts are not coloured: it would be too slow. */
const MAX_CHARACTERS = 200_000;

/** YAML in colours, line by line. */
export const YamlView = ({ text }: { readonly text: string }) => (
  <>
    {text.length > MAX_CHARACTERS
      ? text
      : text.split("\n").flatMap((line, index) => [
          ...partsOf(line).map((part, at) => (
            // Lines and their parts are identified by position only.
            <span key={`${index} ${at}`} class={`yaml-${part.kind}`}>
              {part.text}
            </span>
          )),
          "\n",
        ])}
  </>
);
