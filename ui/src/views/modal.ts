/** A dialog over the page, opened as it is mounted; a button in it that closes it says so: `data-leave`. */

interface Manner {
  /** Takes the dialog away; called once, however it was left. */
  readonly left: () => void;
  /** Whether a click beside it closes it; not where closing forgets what is shown. */
  readonly beside?: boolean;
}

/**
 * Shows the dialog, and closes it in the turn of the key, the button or the phone's way back: the browser by itself
 * tells of it some moments later, and what an officer does meanwhile would still go to the dialog and be lost.
 */
export function modal(dialog: HTMLDialogElement, { left, beside = true }: Manner): { destroy: () => void } {
  const heard = new AbortController();
  const { signal } = heard;
  const leave = () => {
    heard.abort();
    dialog.close(); // the focus goes back to where it was
    left();
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.code !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  };
  // Only what began and ended beside it: a text that is marked may be dragged out of it.
  const outside = ({ target, clientX, clientY }: MouseEvent) => {
    const box = dialog.getBoundingClientRect();
    return target === dialog && (clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom);
  };
  let began = false;
  dialog.addEventListener("keydown", keyed, { capture: true, signal });
  dialog.addEventListener("pointerdown", (event) => (began = outside(event)), { signal });
  const pressed = (event: MouseEvent) => {
    if ((event.target as Element).closest("[data-leave]") || (beside && began && outside(event))) leave();
  };
  dialog.addEventListener("click", pressed, { signal });
  dialog.addEventListener("cancel", (event) => event.target === dialog && leave(), { signal });
  dialog.addEventListener("close", leave, { signal });
  dialog.showModal();
  return { destroy: () => heard.abort() };
}
