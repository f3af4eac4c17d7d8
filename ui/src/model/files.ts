/** Files about an incident: how large, of which kind, and what a photo tells. */

import type { PhotoFacts } from "../api/types";
import { number, type Language } from "./time";

export const MAX_BYTES = 50_000_000;
const TYPE = /^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,60}$/;

/** `820 KB`, `4.2 MB`, in the digits of the language. */
export function fileSize(bytes: number, language: Language): string {
  if (bytes < 1_000_000) return `${number(Math.max(1, Math.round(bytes / 1_000)), language)} KB`;
  return `${number(Math.round(bytes / 100_000) / 10, language)} MB`;
}

/** The media type that a record names: the node's own finding, else what the browser says if that is one. */
export function mediaType(found: string, said: string): string {
  return found === "application/octet-stream" && TYPE.test(said) && !said.startsWith("image/") ? said : found;
}

/** Whether a photo tells where, when or by what it was taken, or anything else that stripping takes out. */
export function tells(photo: PhotoFacts | null): boolean {
  return photo !== null && photo.tells.length > 0;
}

/** `2026-04-22 14:05:10 +03:30`: the device's own clock, as it wrote it. */
export function takenAt(photo: PhotoFacts): string {
  return [(photo.taken ?? "").replace(/^(\d{4}):(\d\d):/, "$1-$2-"), photo.offset].filter(Boolean).join(" ");
}

/** A file's name without its folder, at most as long as a record takes. */
export function shortName(name: string): string {
  return (name.split(/[/\\]/).pop() ?? "").slice(0, 150);
}
