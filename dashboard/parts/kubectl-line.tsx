import { copy } from "../copy.ts";

/** The command that does the same, to learn from and to copy. */
export const KubectlLine = ({ command }: { readonly command: string }) => (
  <p class="kubectl">
    <code>{command}</code>
    <button type="button" onClick={() => void copy(command)}>
      Copy
    </button>
  </p>
);
