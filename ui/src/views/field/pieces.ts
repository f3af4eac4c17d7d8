/** A file brought to the node piece by piece: a line that breaks costs one piece, and it goes on where it stopped. */

import { ApiError, type Client } from "../../api/client";
import type { AttachmentView } from "../../api/types";

/** Half a minute on a line of 64 kbit a second. */
const PIECE_BYTES = 256 * 1024;

/** Brings what the node lacks of `file`; rejects as the client does, and with an AbortError when `signal` says so. */
export async function bring(client: Client, file: Blob, signal: AbortSignal): Promise<AttachmentView> {
  // Without a secure context there is no hash to go on by; a small file is one piece anyway.
  if (file.size <= PIECE_BYTES || !("subtle" in crypto)) return client.upload(file, signal);
  const sha256 = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  let { held, stored } = await client.piece(sha256, file.size, 0, new Blob(), signal);
  while (!stored) {
    const before = held;
    ({ held, stored } = await client.piece(sha256, file.size, held, file.slice(held, held + PIECE_BYTES), signal));
    if (!stored && held <= before) throw new ApiError(503, "no-progress", "the file does not come on", "", true);
  }
  return stored;
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
