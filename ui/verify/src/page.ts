/** The offline page: a file is dropped, the verdict is shown.  No framework, no request. */
import { typed } from "./bytes";
import { STEPS, type Row, type Step } from "./rows";
import { texts, type Key, type Language } from "./texts";
import { verifyBundle, type Verdict } from "./verify";

type Child = Node | string;

/** What the page shows.  Written by the handlers below only; `render` reads it. */
const state: { language: Language; raw: Uint8Array | null; name: string; verdict: Verdict | null; typed: Record<string, string>; busy: boolean } = {
  language: "en",
  raw: null,
  name: "",
  verdict: null,
  typed: {},
  busy: false,
};

const t = (key: Key): string => texts[state.language][key];

function make(tag: string, attributes: Record<string, string>, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** What must not be turned by the text's direction: names, times, numbers. */
const plain = (value: string): HTMLElement => make("bdi", { dir: "ltr", class: "plain" }, value);
const words = (value: string): HTMLElement => make("bdi", { dir: "auto" }, value);

function utc(seconds: number | undefined): string {
  if (seconds === undefined) return "?";
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 19).replace("T", " ");
}

function step(value: Step | undefined): Child[] {
  if (value === undefined) return ["–"];
  const claimed = make("div", {}, plain(utc(Math.floor(value.claimed_at / 1e6))));
  return [plain(`${value.ref} ${value.by}`), claimed, bracket(value, "proof"), ...late(value.backdated)];
}

/** Not before over not after, a line each; the signs stay inside, where right-to-left text does not mirror them. */
function bracket(value: Step | Row, name: string): HTMLElement {
  return make("div", { class: name }, make("div", {}, plain(`≥ ${utc(value.not_before_s)}`)), make("div", {}, plain(`≤ ${utc(value.not_after_s)}`)));
}

const late = (backdated: boolean | undefined): Child[] => (backdated ? [make("strong", { class: "flag" }, `⚠ ${t("backdated")}`)] : []);

function rowOf(row: Row): HTMLElement {
  const deadlines = (["acknowledge", "answer"] as const).flatMap((name) => {
    const judged = row[name];
    return judged === undefined ? [] : [make("div", { class: judged }, `${t(name)}: ${t(judged)}`)];
  });
  const cells: Child[][] = [
    [plain(row.ref), make("div", {}, plain(row.kind)), ...(row.exercise === undefined ? [] : [make("strong", { class: "flag" }, t("exercise"))])],
    [words(row.summary)],
    [plain(row.party), make("div", {}, plain(row.by))],
    [plain(utc(Math.floor(row.claimed_at / 1e6))), ...late(row.backdated)],
    [bracket(row, "bracket")],
    [plain(row.reader ?? "–")],
    [plain(row.countersigned_s === undefined ? "–" : utc(row.countersigned_s))],
    ...STEPS.map((name) => step(row[name])),
    deadlines.length > 0 ? deadlines : ["–"],
  ];
  return make("tr", {}, ...cells.map((children) => make("td", {}, ...children)));
}

function table(headings: Key[], rows: HTMLElement[], label: string): HTMLElement {
  const head = make("tr", {}, ...headings.map((key) => make("th", { scope: "col" }, t(key))));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}

function parties(verdict: Verdict): HTMLElement {
  const rows = verdict.logs.map((log) => {
    const input = make("input", { type: "text", dir: "ltr", autocomplete: "off", size: "34", "aria-label": `${t("had")} ${log.log}`, value: state.typed[log.log] ?? "" });
    input.addEventListener("change", () => {
      state.typed[log.log] = (input as HTMLInputElement).value;
      void run();
    });
    const cells: Child[] = [plain(log.party), plain(log.log), plain(String(log.size)), plain(String(log.records)), plain(log.fingerprint)];
    const same = log.pinned && verdict.ok ? [make("span", { class: "met" }, ` ✓ ${t("same")}`)] : [];
    return make("tr", {}, ...cells.map((cell) => make("td", {}, cell)), make("td", {}, input, ...same));
  });
  return table(["party", "log", "entries", "opened", "fingerprint", "had"], rows, t("party"));
}

function verdictView(verdict: Verdict): Child[] {
  const shown: Child[] = [make("p", { class: verdict.ok ? "banner good" : "banner bad", role: "status", id: "verdict" }, verdict.ok ? `✓ ${t("good")}` : `✗ ${t("bad")}`)];
  shown.push(make("p", {}, plain(state.name)));
  const first = verdict.problems[0];
  if (first !== undefined) {
    const where = [first.file, first.seq === null ? "" : `${first.log}:${first.seq}`].filter((part) => part !== "").join(", ");
    shown.push(make("p", { id: "problem" }, `${t("first")} `, make("bdi", { dir: "ltr" }, `${where}: ${first.what}`)), make("p", {}, t("noRows")));
  }
  if (verdict.logs.length > 0) {
    const pinned = verdict.logs.every((log) => log.pinned);
    if (!pinned) shown.push(make("p", { class: "warning" }, verdict.pinned ? t("partly") : t("unpinned")));
    shown.push(parties(verdict));
  }
  if (verdict.ok) {
    shown.push(make("p", {}, `${t("madeBy")} `, plain(verdict.by), ` ${t("forWhom")} `, words(verdict.audience || "–"), ` ${t("claim")}`));
    const headings: Key[] = ["record", "what", "from", "claimed", "proven", "to", "countersigned", "delivered", "seen", "acknowledged", "answered", "deadline"];
    shown.push(make("h2", {}, t("testimony")), table(headings, verdict.rows.map(rowOf), t("testimony")), make("p", { class: "small" }, t("form")));
  }
  return shown;
}

function languages(): HTMLElement {
  const names: Record<Language, string> = { en: "English", fa: "فارسی", ur: "اردو" };
  const buttons = (Object.keys(names) as Language[]).map((language) => {
    const button = make("button", { type: "button", lang: language, "aria-pressed": String(language === state.language) }, names[language]);
    button.addEventListener("click", () => {
      state.language = language;
      render();
    });
    return button;
  });
  return make("nav", { "aria-label": t("language") }, ...buttons);
}

function picker(): HTMLElement {
  const input = make("input", { type: "file", id: "file", class: "hidden" }) as HTMLInputElement;
  input.addEventListener("change", () => void take(input.files?.[0]));
  return make("div", { class: "drop" }, make("p", {}, t("intro")), input, make("label", { for: "file", class: "button" }, t("choose")));
}

function render(): void {
  document.documentElement.lang = state.language;
  document.documentElement.dir = state.language === "en" ? "ltr" : "rtl";
  document.title = `Sarhad – ${t("title")}`;
  const shown = state.busy ? [make("p", { role: "status" }, t("working"))] : state.verdict === null ? [] : verdictView(state.verdict);
  document.getElementById("page")?.replaceChildren(make("header", {}, make("h1", {}, t("title")), languages()), picker(), ...shown);
}

async function take(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  state.name = file.name;
  state.typed = {};
  state.raw = new Uint8Array(await file.arrayBuffer());
  await run();
}

/** Verifies what was dropped, with the fingerprints typed so far. */
async function run(): Promise<void> {
  if (state.raw === null) return;
  state.busy = true;
  render();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const pins = Object.entries(state.typed).map(([log, value]) => [log, value.trim() === "" ? "" : typed(value) || value] as const);
  state.verdict = verifyBundle(state.raw, Object.fromEntries(pins.filter(([, value]) => value !== "")));
  state.busy = false;
  render();
}

document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  void take(event.dataTransfer?.files[0]);
});
const wished = navigator.language.slice(0, 2);
if (wished === "fa" || wished === "ur") state.language = wished;
render();
