/**
 * The installed field page's worker: it keeps the page's own files, so that the page starts without a link.
 *
 * It answers for nothing else.  What the API says is never kept here and never answered from here; the page keeps what it
 * last heard itself, and shows how old that is.  The list of files is made when the pages are built: each is named by its
 * content, or has its content's hash in the list, so that a new build is a new worker with new files.
 */

export {};

declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: readonly (readonly [path: string, hash: string])[];
declare const __BUILD__: string;

const PREFIX = "sarhad-field-";
const NAME = PREFIX + __BUILD__;
const PAGE = "/field.html";
const KEPT = new Map(__FILES__);

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

/** Keeps every file of this build; what a former build has under the same hash is not fetched again. */
async function keep(): Promise<void> {
  const made = await caches.open(NAME);
  await Promise.all(
    [...KEPT].map(async ([path, hash]) => {
      const held = path.startsWith("/assets/") ? await caches.match(path) : undefined;
      const answer = held ?? (await fetch(path, { cache: "no-cache", credentials: "same-origin" }));
      if (!answer.ok || answer.redirected) throw new Error(`${path} (${hash}) is not to be had: ${answer.status}`);
      await made.put(path, answer);
    }),
  );
}

async function forget(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const page = request.mode === "navigate" && url.pathname.replace(/\/+$/, "") === "/field";
  const path = page ? PAGE : url.pathname;
  // Its own page and its own files; the desk's screens and everything under /api and /region are not its business.
  if (!page && (path === PAGE || request.mode === "navigate" || !KEPT.has(path))) return;
  event.respondWith(answer(path, request));
});

async function answer(path: string, request: Request): Promise<Response> {
  const made = await caches.open(NAME);
  // A browser may have emptied the cache: then the node is asked as if there were no worker.
  return (await made.match(path)) ?? fetch(request);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});

async function show(): Promise<void> {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = open.find((client) => new URL(client.url).pathname === "/field");
  if (page) await page.focus();
  else await self.clients.openWindow("/field");
}
