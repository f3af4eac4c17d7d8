/** The three digit sets of the desk: Latin, Persian/Urdu (U+06F0) and Arabic (U+0660). */

const EXTENDED = 0x06f0;
const ARABIC = 0x0660;

/** Returns `text` with every digit as a Latin one and the Arabic decimal and thousands signs as `.` and nothing. */
export function latinDigits(text: string): string {
  return text
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - EXTENDED))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - ARABIC))
    .replace(/٫/g, ".")
    .replace(/٬/g, "");
}

/** Returns a whole number that an officer typed in any digit set, or null if it is not one. */
export function parseWhole(text: string): number | null {
  const plain = latinDigits(text).trim();
  return /^\d{1,9}$/.test(plain) ? Number(plain) : null;
}
