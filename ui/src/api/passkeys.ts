/** Signing in by passkey, and one's own passkeys. */

import { answered, toCreate, toGet } from "../model/passkeys";
import type { Client } from "./client";
import type { Passkey, SessionView, WaysView } from "./types";

interface Question {
  readonly options: Record<string, unknown>;
}

/** The browser made no passkey or gave no answer: there is none here, or the officer closed the question. */
export class NoAnswer extends Error {}

async function browser(ask: () => Promise<Credential | null>): Promise<Record<string, unknown>> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return answered(credential);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new NoAnswer(error.message);
  }
  throw new NoAnswer();
}

export class PasskeyClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  ways(): Promise<WaysView> {
    return this.#client.ask("GET", "/api/session/ways");
  }

  async signIn(): Promise<SessionView> {
    const { options } = await this.#client.ask<Question>("POST", "/api/session/passkey/ask", {});
    const credential = await browser(() => navigator.credentials.get(toGet(options)));
    return this.#client.openSession("/api/session/passkey", { credential });
  }

  list(): Promise<readonly Passkey[]> {
    return this.#client.ask("GET", "/api/passkeys");
  }

  async add(name: string, password: string): Promise<Passkey> {
    const { options } = await this.#client.ask<Question>("POST", "/api/passkeys/ask", {});
    const credential = await browser(() => navigator.credentials.create(toCreate(options)));
    return this.#client.ask("POST", "/api/passkeys", { name, credential, proof: { password } });
  }

  remove(key: string): Promise<void> {
    return this.#client.ask("DELETE", `/api/passkeys/${key}`);
  }

  /** What shows that the officer is there now. */
  async proof(): Promise<{ passkey: object }> {
    const { options } = await this.#client.ask<Question>("POST", "/api/passkeys/confirm/ask", {});
    return { passkey: await browser(() => navigator.credentials.get(toGet(options))) };
  }
}
