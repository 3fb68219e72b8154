/** Names of one origin differ in their ends: those of a Deployment's pods, for instance. */
const END = 8;

/** A name that is cut before its end if there is no room for all of it. */
export const CutName = ({ text }: { readonly text: string }) =>
  text.length <= 2 * END ? (
    text
  ) : (
    <span class="cut" data-end={text.slice(-END)}>
      <span>
        {text.slice(0, -END)}
        <i>{text.slice(-END)}</i>
      </span>
    </span>
  );
