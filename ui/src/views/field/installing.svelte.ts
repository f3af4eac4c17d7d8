/** The page as an installed app: its worker, which keeps the page's own files for a start without a link. */

import type { Language } from "../../model/time";

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}

class Installing {
  /** Whether the browser offers to install; it says so once. */
  offered = $state(false);
  state = $state<"insecure" | "none" | "no" | "yes">(stateNow());
  /** Whether a newer build is here and waits to be taken. */
  waiting = $state(false);
  #prompt: InstallPrompt | null = null;
  #held: ServiceWorkerRegistration | null = null;

  async begin(): Promise<void> {
    window.addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.#prompt = event as InstallPrompt;
      this.offered = true;
    });
    window.addEventListener("appinstalled", () => {
      this.offered = false;
      this.state = "yes";
    });
    if (!import.meta.env.PROD || this.state === "insecure" || this.state === "none") return;
    let mine = navigator.serviceWorker.controller !== null;
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      // The first worker takes the page as it is; a later one brings a newer page.
      if (mine) location.reload();
      mine = true;
    });
    try {
      this.#held = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
    } catch (error) {
      // Without a link there is nothing newer; a certificate that is not trusted allows none.
      if (error instanceof TypeError || error instanceof DOMException) return;
      throw error;
    }
    this.#look();
    this.#held.addEventListener("updatefound", () => this.#held?.installing?.addEventListener("statechange", () => this.#look()));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && navigator.onLine) void this.#held?.update().catch(() => undefined);
    });
  }

  #look(): void {
    this.waiting = Boolean(this.#held?.waiting && navigator.serviceWorker.controller);
  }

  /** Takes the newer build; the page loads itself again. */
  update(): void {
    this.#held?.waiting?.postMessage("take over");
  }

  async install(): Promise<void> {
    await this.#prompt?.prompt();
    this.#prompt = null;
    this.offered = false;
  }

  /** Names the manifest of the language that the page speaks. */
  speak(language: Language): void {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
    const wanted = `/manifest-${language}.webmanifest`;
    if (link && link.getAttribute("href") !== wanted) link.href = wanted;
  }
}

function stateNow(): "insecure" | "none" | "no" | "yes" {
  if (!window.isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator)) return "none";
  return window.matchMedia("(display-mode: standalone)").matches ? "yes" : "no";
}

export const installing = new Installing();
