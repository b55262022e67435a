/*
Service worker. Before it stand `VERSION`, `PAGES` (what to show in place of an address that cannot be reached) and `ASSETS`.
Pages come from the network; only where there is none, a kept page stands in, which was made for nobody in particular and holds
nothing personal. With a release the version changes, and what was kept for an older one is deleted.
*/
const FROM_HISTORY = ["only-if-cached", "force-cache"];
const CACHE = "satupintu-" + VERSION;

self.addEventListener("install", function (event) {
  const wanted = [...new Set(Object.values(PAGES)), ...ASSETS].map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", function (event) {
  const older = (names) => names.filter((name) => name.startsWith("satupintu-") && name !== CACHE);
  const removed = caches.keys().then((names) => Promise.all(older(names).map((name) => caches.delete(name))));
  event.waitUntil(removed.then(() => self.clients.claim()));
});

self.addEventListener("fetch", function (event) {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname in PAGES) event.respondWith(page(event.request, url.pathname));
  else if (ASSETS.includes(url.pathname)) event.respondWith(kept(event.request));
});

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(new URL(request.url).pathname)) || fetch(request);
}

async function page(request, path) {
  const copy = request.method === "POST" ? request.clone() : null;
  try {
    return copy && FROM_HISTORY.includes(request.cache) ? await sentAgain(request) : await fetch(request);
  } catch (error) {
    const cache = await caches.open(CACHE);
    const found = await cache.match(PAGES[path]);
    if (!found) throw error;
    return copy ? withAnswers(found, await copy.formData()) : found;
  }
}

/*
"Back" to a step of a form asks the browser's cache alone, which keeps no answers. A step may be sent again: it changes nothing,
and the form's key files a report once.
*/
async function sentAgain(request) {
  const headers = { "Content-Type": request.headers.get("Content-Type") || "" };
  return fetch(request.url, { method: "POST", headers, body: await request.blob(), credentials: "same-origin", redirect: "manual" });
}

/* The page that stands in, with the answers of the form that could not be sent: they live in this page alone. */
async function withAnswers(found, form) {
  const texts = Object.fromEntries([...form].filter(([, value]) => typeof value === "string"));
  const escaped = JSON.stringify(texts).replace(/[&"<>]/g, (sign) => "&#" + sign.charCodeAt(0) + ";");
  const html = (await found.text()).replace('data-given=""', () => 'data-given="' + escaped + '"');
  return new Response(html, { status: 200, headers: found.headers });
}
