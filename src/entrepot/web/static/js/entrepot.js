/* Small conveniences; every page works without them. */
(() => {
  "use strict";
  // The reader's own clock, so that the server can write times in it.
  try {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && !document.cookie.includes(`zone=${zone}`)) {
      document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
    }
  } catch { /* then the server guesses by destination */ }

  // One open menu at a time; Escape and a click elsewhere close it.
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // A form that asks to be sent by its own change, and one that must not be sent twice.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-at-once") && event.target.type !== "search" && event.target.type !== "text") form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-once")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-once]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
    });
  });

  // Scanning in the depot: the field is ready for the next scan after every answer.
  document.addEventListener("htmx:afterSwap", () => {
    const field = document.querySelector("[data-scan]");
    if (field) { field.focus(); field.select(); }
  });

  // The gallery: a thumbnail puts its picture on the stage.
  document.addEventListener("click", (event) => {
    const thumb = event.target.closest("[data-stage]");
    if (!thumb) return;
    const stage = document.getElementById(thumb.dataset.stage);
    if (!stage) return;
    event.preventDefault();
    stage.src = thumb.href;
    document.querySelectorAll(`[data-stage="${thumb.dataset.stage}"]`).forEach((each) => each.removeAttribute("aria-current"));
    thumb.setAttribute("aria-current", "true");
  });

  // Print buttons appear only where they work.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  // The first thing that is wrong with a form gets the focus.
  document.querySelector(".notice.refused[tabindex]")?.focus();
})();
