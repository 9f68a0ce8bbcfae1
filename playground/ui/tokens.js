window.pgTokens = (element, trigger, props, watch) => {
	const strip = element.querySelector(".pg-tokens");

	function draw() {
		const tokens = JSON.parse(props.value || "[]");
		const focused = [...strip.children].indexOf(document.activeElement);
		// Buttons are reused, so that the keyboard's place in the row survives an update.
		while (strip.children.length > tokens.length) strip.lastChild.remove();
		tokens.forEach((token, index) => {
			let button = strip.children[index];
			if (!button) {
				button = document.createElement("button");
				button.type = "button";
				button.addEventListener("click", () => click(index));
				strip.append(button);
			}
			const pressed = token.pressed && token.pressed_text;
			button.textContent = pressed ? token.pressed_text : token.text; // never innerHTML: it is the visitor's text
			button.className = "pg-token" + (pressed ? " pg-pressed" : "") + (token.state ? " pg-" + token.state : "");
			// Which panel of a figure is this one's? A small number behind [MASK].
			if (pressed || token.state === "typed") button.dataset.place = index;
			else delete button.dataset.place;
			if (token.below) {
				const below = document.createElement("small");
				below.textContent = token.below;
				button.append(below);
			}
			button.style.setProperty("--shade", token.shade === undefined ? "" : `${Math.round(token.shade * 100)}%`);
			button.classList.toggle("pg-shaded", token.shade !== undefined);
			button.title = token.title ?? "";
			button.disabled = Boolean(token.fixed);
			if (token.fixed) button.removeAttribute("aria-pressed");
			else button.setAttribute("aria-pressed", String(Boolean(token.pressed)));
		});
		if (focused >= 0 && strip.children[focused]) strip.children[focused].focus();
	}

	function click(index) {
		const tokens = JSON.parse(props.value);
		if (tokens[index].pressed_text) {
			tokens[index].pressed = !tokens[index].pressed;
			props.value = JSON.stringify(tokens);
			draw();
		}
		trigger("select", { index, value: tokens[index].text });
	}

	watch("value", draw);
	draw();
};
