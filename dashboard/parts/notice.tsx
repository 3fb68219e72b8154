/** Shown in place of an empty view: what is the matter, and what can be done. */
import type { ComponentChildren } from "preact";

interface NoticeProps {
  readonly title: string;
  readonly tone?: "bad" | "warn";
  readonly children?: ComponentChildren;
  readonly retry?: () => void;
}

export const Notice = ({ title, tone, children, retry }: NoticeProps) => (
  <div class={`notice ${tone ?? ""}`} role={tone === "bad" ? "alert" : undefined}>
    <h2>{title}</h2>
    {children && <div>{children}</div>}
    {retry && (
      <button type="button" onClick={retry}>
        Try again
      </button>
    )}
  </div>
);

/** Why a list is empty, from `refusal`. */
export const RefusedNotice = ({ title, problem }: { readonly title: string; readonly problem: string }) => (
  <Notice title={title} tone="bad">
    {problem}
  </Notice>
);
