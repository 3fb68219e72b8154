import type { Kind } from "../api/kind.ts";
import { objectHref } from "../api/links.ts";
import type { Trouble } from "./trouble.ts";

/** To the log that says more about a trouble, if there is one. */
export const LogLink = ({ kind, trouble }: { readonly kind: Kind; readonly trouble: Trouble }) =>
  trouble.log ? (
    <>
      {" "}
      <a href={objectHref(kind, trouble, { tab: "logs", ...trouble.log })}>Its log</a>
    </>
  ) : null;
