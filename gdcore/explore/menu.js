// The quiet menu of a figure: a link to its setting, the picture as a file, the figure alone.
(() => {
  window.exploreParts ??= {};

  // The picture as one SVG that stands by itself: colours and sizes of text are written out, pictures lie side by side.
  const standalone = (element) => {
    const svgs = [...element.querySelectorAll(".explore-panel > svg")];
    const paper = getComputedStyle(element.querySelector(".explore-card")).backgroundColor;
    let [width, height] = [0, 0];
    const copies = svgs.map((svg) => {
      const copy = svg.cloneNode(true);
      const originals = svg.querySelectorAll("*");
      copy.querySelectorAll("*").forEach((each, k) => {
        const look = getComputedStyle(originals[k]);
        for (const name of ["fill", "stroke", "color", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray", "font"]) {
          each.style.setProperty(name, look.getPropertyValue(name));
        }
      });
      for (const handle of copy.querySelectorAll(".explore-handle")) handle.remove();
      const box = svg.viewBox.baseVal;
      for (const [name, value] of Object.entries({ x: width, y: 0, width: box.width, height: box.height })) copy.setAttribute(name, value);
      copy.style.color = getComputedStyle(svg).color;
      width += box.width;
      height = Math.max(height, box.height);
      return new XMLSerializer().serializeToString(copy);
    });
    const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    const sheet = `<rect width="100%" height="100%" style="fill: ${paper}"/>`;
    return { text: `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${sheet}${copies.join("")}</svg>`, width, height };
  };

  const save = (name, address) => {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  };
  const asSvg = (element) => {
    const address = URL.createObjectURL(new Blob([standalone(element).text], { type: "image/svg+xml" }));
    save(`${element.id}.svg`, address);
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  const asPng = (element) => {
    const { text, width, height } = standalone(element);
    const image = new Image();
    image.addEventListener("load", () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [3 * width, 3 * height];
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      save(`${element.id}.png`, canvas.toDataURL("image/png"));
    });
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  };

  window.exploreParts.menu = (element, { link, alone, playground }) => {
    const menu = element.querySelector(".explore-menu");
    if (!menu) return;
    const one = menu.querySelector("[data-do=alone]");
    const ground = menu.querySelector("[data-do=playground]");
    menu.addEventListener("toggle", () => {
      one.href = alone();
      if (ground && menu.open) {
        playground().then((address) => {
          if (address) ground.href = `playground.html#${address}`;
        });
      }
    });
    const { copy } = window.exploreParts;
    const deeds = { link: (button) => copy(button, link(), { done: "Link copied", label: "link to this setting" }), svg: () => asSvg(element), png: () => asPng(element) };
    for (const button of menu.querySelectorAll("button")) button.addEventListener("click", () => deeds[button.dataset.do](button));
    one.addEventListener("click", () => {
      menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      event.stopPropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  };
})();
