/*
 * Says in words why the page can't be shown: the browser lacks something, a file is missing, or the
 * page's script has stopped. It runs before that script, in any browser, so that it is no module
 * and written as scripts were in 2011.
 */
(function () {
  /** What the page calls, of what browsers have got since 2018: docs/dashboard.md names the browsers. */
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
   * The first reason stands; once the page is drawn, it says itself what goes wrong.
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
  // Reading it of the prototype is an error.
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
    // Files that don't arrive are told to those alone who listen this way.
    true,
  );
})();
