/** The desk's sound: two short tones again and again while something calls this officer, until it is handled. */

const EVERY_MS = 6_000;

class Sound {
  /** What the frame shows: browsers let no page sound before the officer touched it. */
  state = $state<"quiet" | "ringing" | "blocked">("quiet");
  #context: AudioContext | null = null;
  #timer = 0;
  #wanted = false;
  /** Tones that sound or will; a handled alert stops in the middle of one. */
  #tones = new Set<OscillatorNode>();

  constructor() {
    // The first touch of the page is when a browser lets sound begin: what waited sounds at once.
    for (const touch of ["pointerdown", "keydown"] as const) window.addEventListener(touch, () => this.unlock(), { capture: true });
  }

  follow(ring: boolean): void {
    if (ring === this.#wanted) return;
    this.#wanted = ring;
    window.clearInterval(this.#timer);
    if (!ring) {
      for (const tone of this.#tones) tone.stop();
      this.state = "quiet";
      return;
    }
    void this.#ring();
    this.#timer = window.setInterval(() => void this.#ring(), EVERY_MS);
  }

  /** Called from a click or a key. */
  unlock(): void {
    if (this.state === "blocked") void this.#ring();
  }

  /** Sounds once, so that an officer hears whether the machine does. */
  async test(): Promise<void> {
    if (await this.#ready()) this.#play();
  }

  async #ring(): Promise<void> {
    const ready = await this.#ready();
    if (!this.#wanted) return;
    this.state = ready ? "ringing" : "blocked";
    if (ready) this.#play();
  }

  /** Whether the browser lets us sound. */
  async #ready(): Promise<boolean> {
    if (!navigator.userActivation.hasBeenActive) return false;
    this.#context ??= new AudioContext();
    // Without a device the promise may stay open: what the state says then is the answer.
    if (this.#context.state !== "running") await Promise.race([this.#context.resume(), new Promise((later) => window.setTimeout(later, 300))]);
    return this.#context.state === "running";
  }

  #play(): void {
    [660, 880].forEach((pitch, i) => this.#tone(pitch, i * 0.22));
  }

  #tone(pitch: number, delay: number): void {
    const context = this.#context;
    if (!context) return;
    const at = context.currentTime + delay;
    const tone = new OscillatorNode(context, { frequency: pitch, type: "sine" });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setTargetAtTime(0.16, at, 0.012);
    volume.gain.setTargetAtTime(0, at + 0.15, 0.03);
    tone.connect(volume).connect(context.destination);
    this.#tones.add(tone);
    tone.onended = () => this.#tones.delete(tone);
    tone.start(at);
    tone.stop(at + 0.4);
  }
}

export const sound = new Sound();
