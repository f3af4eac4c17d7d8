/** The administration's calls. */

import type { Client } from "./client";
import type { AccountView, ApprovalView, ConfirmedView, InvitationView, JobView, KeysView, NodeHealthView, OneTimeView, TermsView } from "./types";

/** What two officers decide; see `sarhad.desk.approvals`. */
export type Deed =
  | { readonly what: "give-roles"; readonly officer: string; readonly data: object }
  | { readonly what: "reset-sign-in"; readonly officer: string }
  | { readonly what: "rotate-keys"; readonly keys: readonly string[] }
  | { readonly what: "thaw"; readonly partner: string }
  | { readonly what: "admit"; readonly party: string; readonly fingerprint: string; readonly file: string };

export class AdminClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  officers(): Promise<readonly AccountView[]> {
    return this.#client.ask("GET", "/api/officers");
  }

  oneTime(officer: string): Promise<OneTimeView> {
    return this.#client.ask("POST", `/api/officers/${encodeURIComponent(officer)}/one-time`, {});
  }

  approvals(): Promise<readonly ApprovalView[]> {
    return this.#client.ask("GET", "/api/approvals");
  }

  propose(deed: Deed, reason: string): Promise<ApprovalView> {
    return this.#client.ask("POST", "/api/approvals", { deed, reason });
  }

  confirm(id: number, proof: object): Promise<ConfirmedView> {
    return this.#client.ask("POST", `/api/approvals/${id}/confirm`, proof);
  }

  withdraw(id: number): Promise<ApprovalView> {
    return this.#client.ask("POST", `/api/approvals/${id}/withdraw`, {});
  }

  keys(): Promise<readonly KeysView[]> {
    return this.#client.ask("GET", "/api/keys");
  }

  invitation(): Promise<Blob> {
    return this.#client.file("/api/invitation");
  }

  lookAt(file: Blob): Promise<InvitationView> {
    return this.#client.ask("POST", "/api/invitations/look", file);
  }

  agreements(): Promise<readonly TermsView[]> {
    return this.#client.ask("GET", "/api/agreements");
  }

  node(): Promise<NodeHealthView> {
    return this.#client.ask("GET", "/api/node");
  }

  jobs(): Promise<readonly JobView[]> {
    return this.#client.ask("GET", "/api/node/jobs");
  }

  start(kind: "backup" | "fsck"): Promise<JobView> {
    return this.#client.ask("POST", `/api/node/${kind}`, {});
  }
}
