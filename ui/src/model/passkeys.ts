/** Passkeys between the node's JSON and the browser's own objects (WebAuthn Level 3, parse…FromJSON and toJSON). */

type Json = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const keys = (list: unknown) => ((list ?? []) as { id: string; type: "public-key" }[]).map((one) => ({ ...one, id: bytes(one.id) }));

/** What `navigator.credentials.create` takes. */
export function toCreate(options: Json): CredentialCreationOptions {
  const user = options.user as { id: string; name: string; displayName: string };
  return { publicKey: { ...options, challenge: bytes(options.challenge as string), user: { ...user, id: bytes(user.id) }, excludeCredentials: keys(options.excludeCredentials) } as unknown as PublicKeyCredentialCreationOptions };
}

/** What `navigator.credentials.get` takes. */
export function toGet(options: Json): CredentialRequestOptions {
  return { publicKey: { ...options, challenge: bytes(options.challenge as string), allowCredentials: keys(options.allowCredentials) } as unknown as PublicKeyCredentialRequestOptions };
}

/** A passkey's answer as JSON. */
export function answered(credential: PublicKeyCredential): Json {
  const response = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const made: Json = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) made.attestationObject = text(response.attestationObject);
  if (response.authenticatorData && response.signature) Object.assign(made, { authenticatorData: text(response.authenticatorData), signature: text(response.signature) });
  if (response.userHandle) made.userHandle = text(response.userHandle);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: made, clientExtensionResults: {} };
}
