/** What the administration screen holds: what the node said last of officers, proposals, keys, terms and itself. */

import { AdminClient, type Deed } from "../../api/admin";
import { ApiError } from "../../api/client";
import type { AccountView, ApprovalView, JobView, KeysView, NodeHealthView, OneTimeView, TermsView } from "../../api/types";
import { desk } from "../desk.svelte";
import { describe } from "../notices.svelte";
import { preferences } from "../preferences.svelte";

class Office {
  readonly client = new AdminClient(desk.client);
  // Written by `load` only.
  officers = $state.raw<readonly AccountView[]>([]);
  approvals = $state.raw<readonly ApprovalView[]>([]);
  keys = $state.raw<readonly KeysView[]>([]);
  terms = $state.raw<readonly TermsView[]>([]);
  node = $state.raw<NodeHealthView | null>(null);
  jobs = $state.raw<readonly JobView[]>([]);
  loaded = $state(false);
  /** A one-time password, shown until it is closed and kept nowhere. */
  once = $state.raw<OneTimeView | null>(null);

  readonly waiting = $derived(this.approvals.filter((one) => one.state === "open"));
  readonly administers = $derived(this.has("administrator"));
  readonly decides = $derived(this.has("administrator") || this.has("commander"));

  has(role: string): boolean {
    return (desk.session?.roles ?? []).some((held) => held === role);
  }

  async load(): Promise<void> {
    try {
      const [officers, approvals, keys, terms, node, jobs] = await Promise.all([
        this.client.officers(), this.client.approvals(), this.client.keys(), this.client.agreements(), this.client.node(), this.client.jobs(),
      ]);
      [this.officers, this.approvals, this.keys, this.terms, this.node, this.jobs] = [officers, approvals, keys, terms, node, jobs];
      this.loaded = true;
    } catch (error) {
      desk.tell(error);
    }
  }

  /** Does something and loads again; returns the refusal in words, or "" when it was done. */
  async attempt(doing: () => Promise<unknown>): Promise<string> {
    try {
      await doing();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return describe(error);
    }
    await this.load();
    return "";
  }

  /** Proposes what takes two; returns the refusal in words, or "". */
  async propose(deed: Deed, reason: string): Promise<string> {
    const refused = await this.attempt(() => this.client.propose(deed, reason));
    if (!refused) desk.say("good", preferences.t("admin.proposed"));
    return refused;
  }
}

export const office = new Office();
