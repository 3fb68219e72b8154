import { copy } from "./copy.ts";

/** The equivalent kubectl command, for learning and copying. */
export const KubectlLine = ({ command }: { readonly command: string }) => (
  <p class="kubectl">
    <code>{command}</code>
    <button type="button" onClick={() => void copy(command)}>
      Copy
    </button>
  </p>
);
