/*
 * Shows why the page can't start: the browser lacks something, a file is missing, or the page's
 * script has failed. It runs before that script and in any browser: it is no module, and is written
 * in the JavaScript of 2011.
 */
(function () {
  /** What the page calls and browsers have had only since 2018; docs/dashboard.md names the browsers. */
  var NEEDED = [
    "AbortSignal.timeout",
    "Array.prototype.at",
    "Array.prototype.toReversed",
    "Array.prototype.toSorted",
    "CSS.escape",
    "fetch",
    "FormData",
    "getComputedStyle",
    "HTMLDialogElement.prototype.showModal",
    "IntersectionObserver",
    "Intl.DateTimeFormat",
    "Intl.NumberFormat",
    "matchMedia",
    "MediaQueryList.prototype.addEventListener",
    "Object.fromEntries",
    "queueMicrotask",
    "requestAnimationFrame",
    "ResizeObserver",
    "String.prototype.replaceAll",
    "URLSearchParams",
  ];

  /** @param {string} path */
  function isMissing(path) {
    return !path.split(".").reduce(function (/** @type {any} */ at, name) {
      return at && at[name];
    }, window);
  }

  /**
   * Show the reason. The first one stays; once the page is drawn, it shows its own errors.
   * @param {string} reason
   * @param {"lacking" | "stopped"} kind
   */
  function say(reason, kind) {
    var notice = document.getElementById("not-started");
    var why = document.getElementById("why-not-started");
    if (!notice || !why || notice.className) return;
    notice.className = kind;
    notice.setAttribute("role", "alert");
    why.textContent = reason;
  }

  var missing = NEEDED.filter(isMissing);
  // Reading the property from the prototype throws.
  if (!("noModule" in HTMLScriptElement.prototype)) missing.push("modules");
  var names = missing.join(", ").replace(/\.prototype/g, "");
  if (names) {
    say(
      "This browser is too old, or set to keep something back: it lacks " + names + ".",
      "lacking",
    );
  }

  window.addEventListener(
    "error",
    function (event) {
      if (event.message) say("Its script has stopped: " + event.message, "stopped");
      else if (event.target instanceof HTMLScriptElement) {
        say("A file of the page did not arrive: " + event.target.src, "stopped");
      }
    },
    // Load errors don't bubble: only capturing listeners get them.
    true,
  );
})();
