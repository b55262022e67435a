/* The service worker lets `/lapor` and `/draf` open without a network, in the language of this page. */
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/luring.js?bahasa=" + document.documentElement.lang).catch(() => undefined);
}
