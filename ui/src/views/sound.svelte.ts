/** The desk's sound: two short tones again and again while something urgent waits, until it is acknowledged. */

const EVERY_MS = 6_000;

class Sound {
  /** What the frame shows: browsers let no page sound before the officer touched it. */
  state = $state<"quiet" | "ringing" | "blocked">("quiet");
  #context: AudioContext | null = null;
  #timer = 0;
  #wanted = false;

  follow(ring: boolean): void {
    if (ring === this.#wanted) return;
    this.#wanted = ring;
    window.clearInterval(this.#timer);
    if (!ring) {
      this.state = "quiet";
      return;
    }
    this.#ring();
    this.#timer = window.setInterval(() => this.#ring(), EVERY_MS);
  }

  /** Called from a click or a key, when a browser lets sound begin. */
  unlock(): void {
    void this.#context?.resume();
  }

  #ring(): void {
    if (!navigator.userActivation.hasBeenActive) {
      this.state = "blocked";
      return;
    }
    this.#context ??= new AudioContext();
    this.state = "ringing";
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
    tone.start(at);
    tone.stop(at + 0.4);
  }
}

export const sound = new Sound();
