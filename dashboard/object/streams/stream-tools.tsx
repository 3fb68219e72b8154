import type { ComponentChildren } from "preact";

interface StreamToolsProps {
  readonly children: ComponentChildren;
  /** A word or two. */
  readonly status: string;
  readonly problem?: string | undefined;
  /** After the status. */
  readonly after?: ComponentChildren;
}

/** The bar above a container's output: selections, status, and problems. */
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
