/** A name that no other act has.  Works on plain HTTP too, where `crypto.randomUUID` is not to be had. */
export function unique(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
