/** A modal dialog: the browser traps the focus and restores it; Escape closes. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { closeDialog } from "./dialogs.tsx";

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}

export function Dialog({ title, children, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = useRef(true);
  // The browser's close event is delayed: another dialog may have opened by then.
  const close = () => {
    if (isOpen.current) closeDialog();
  };
  // Synchronously: the next key belongs to the dialog.
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      isOpen.current = false;
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "wide" : undefined}
      aria-label={title}
      onClose={close}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly disabled: boolean;
  readonly danger?: boolean | undefined;
}

/** The end of a form in a dialog. */
export const ConfirmButtons = ({ title, disabled, danger }: ConfirmProps) => (
  <div class="buttons">
    <button type="button" onClick={closeDialog}>
      Cancel
    </button>
    <button type="submit" class={danger ? "danger" : "primary"} disabled={disabled}>
      {title}
    </button>
  </div>
);

/** The end of a dialog without a question. */
export const CloseButton = () => (
  <div class="buttons">
    <button type="button" onClick={closeDialog}>
      Close
    </button>
  </div>
);
