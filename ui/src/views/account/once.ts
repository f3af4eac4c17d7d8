/** The one-time password as it was typed at the sign-in, so that it need not be typed twice; gone when it is taken. */

let typed = "";

export function keepOnce(word: string): void {
  typed = word;
}

export function takeOnce(): string {
  const word = typed;
  typed = "";
  return word;
}
