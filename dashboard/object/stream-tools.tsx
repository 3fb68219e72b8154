import type { ComponentChildren } from "preact";

interface StreamToolsProps {
  readonly children: ComponentChildren;
  /** In a word or two. */
  readonly status: string;
  readonly problem?: string | undefined;
  /** Beside the status. */
  readonly after?: ComponentChildren;
}

/** Above what a container says: what can be chosen, how it stands, and what is wrong. */
export const StreamTools = ({ children, status, problem, after }: StreamToolsProps) => (
  <>
    <div class="tools">
      {children}
      <span class="spring" />
      <span class="quiet" role="status">
        {status}
      </span>
      {after}
    </div>
    {problem && (
      <p class="problem" role="alert">
        {problem}
      </p>
    )}
  </>
);
