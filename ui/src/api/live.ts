/** The node's event stream: what changed, and whether the node is there at all. */

export interface Listener {
  /** These subjects of the picture changed; `before`: the position in the stream just before that. */
  changed(subjects: readonly string[], before: string): void;
  /** Something was missed: fetch everything again. */
  resync(): void;
  /** The state of a partner's link changed. */
  link(): void;
  /** The stream opened (`true`) or was lost. */
  alive(heard: boolean): void;
  /** The session ended. */
  ended(): void;
}

const AGAIN_MS = 2_000;

/** Opens the stream and keeps it open, trying again after `pauseMs`; returns a function that closes it. */
export function listen(listener: Listener, pauseMs: () => number = () => AGAIN_MS): () => void {
  let source: EventSource | null = null;
  let again = 0;
  let broken = false;

  const lost = () => {
    broken = true;
    source?.close();
    listener.alive(false);
    window.clearTimeout(again);
    again = window.setTimeout(open, pauseMs());
  };
  const open = () => {
    source = new EventSource("/api/events");
    source.onopen = () => {
      listener.alive(true);
      // What happened between two streams is not told again, so ask for all of it.
      if (broken) listener.resync();
      broken = false;
    };
    source.onerror = lost;
    source.addEventListener("changed", (event) => listener.changed(subjectsOf(event.data), before(event.lastEventId)));
    source.addEventListener("resync", () => listener.resync());
    source.addEventListener("link", () => listener.link());
    source.addEventListener("signed-out", () => listener.ended());
  };
  open();
  return () => {
    source?.close();
    window.clearTimeout(again);
  };
}

function subjectsOf(data: unknown): readonly string[] {
  const value = JSON.parse(String(data)) as { subjects?: readonly string[] };
  return value.subjects ?? [];
}

/** The position before the event `id` (a run's number, and the event's). */
function before(id: string): string {
  const [run = "0", number = "0"] = id.split("-");
  return `${run}-${Math.max(0, Number(number) - 1)}`;
}
