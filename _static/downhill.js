// What every page needs besides its theme: a place that stays where a link led, and formulas that no setting can take away.
(() => {
  // From disk, browsers let no page read MathJax's tables for speech. With these settings, which its menu keeps for all pages
  // of a disk, it would wait for them for ever and set no formula. Over http they are read. And no setting that was kept
  // makes hundreds of formulas into stops of the Tab key.
  const UNREADABLE = ["explorer", "collapsible", "autocollapse"];
  const MENU = "MathJax-Menu-Settings";
  const fromDisk = location.protocol === "file:";
  const FORGOTTEN = fromDisk ? [...UNREADABLE, "inTabOrder"] : ["inTabOrder"];

  const forgetSettings = () => {
    try {
      const settings = JSON.parse(localStorage.getItem(MENU));
      if (!settings) return;
      for (const name of FORGOTTEN) delete settings[name];
      localStorage.setItem(MENU, JSON.stringify(settings));
    } catch {
      // No storage: then nothing was kept either.
    }
  };
  const switchOff = () => {
    const menu = window.MathJax.startup.document.menu?.menu;
    for (const item of ["Activate", "Collapsible"]) menu?.findID("Accessibility", item)?.disable();
  };

  // Formulas grow when they are set, after the browser has jumped to the place of the address: so jump once more, unless the
  // reader has moved meanwhile. The place comes first in the address: #section, #figure:control=value, #section;figure:…
  const place = () => {
    const id = document.querySelector(":target")?.id ?? location.hash.slice(1).split(/[:;]/)[0];
    try {
      return document.getElementById(decodeURIComponent(id));
    } catch {
      return null; // a malformed address
    }
  };
  // A place that has got another name (book/moved.csv): its old address becomes the new one.
  const forward = () => {
    const now = place()?.dataset.now;
    if (now) location.replace(location.hash.replace(/^#[^:;]*/, () => `#${now}`));
  };
  let moved = false;
  for (const sign of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(
      sign,
      () => {
        moved = true;
      },
      { once: true, passive: true },
    );
  }
  const land = () => {
    if (!moved) place()?.scrollIntoView();
  };

  forgetSettings();
  document.addEventListener("DOMContentLoaded", () => {
    forward();
    window.MathJax?.startup?.promise?.then(() => {
      if (fromDisk) switchOff();
      land();
    });
  });
})();
